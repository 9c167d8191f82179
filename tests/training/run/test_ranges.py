from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from discs import Discs, tiny_network
from napari_devolearn.models.ranges import read_ranges
from napari_devolearn.models.registry import ModelFiles, find_model
from napari_devolearn.training.run import ranges as module
from napari_devolearn.training.run.ranges import record_ranges, sample_images, save_ranges


def test_the_ranges_are_those_of_the_inputs_of_convolutions() -> None:
    """Two images, and a network that doubles what it sees:  -1 .. 3  ->  -2 .. 6."""
    network = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.Conv2d(1, 1, 1))
    nn.init.constant_(network[0].weight, 2.0)
    images = [torch.tensor([[[[-1.0, 0.5]]]]), torch.tensor([[[[0.0, 3.0]]]])]
    assert record_ranges(network, images) == {"0": (-1.0, 3.0), "1": (-2.0, 6.0)}
    assert not network[0]._forward_pre_hooks


def test_sample_images_are_evenly_spread_and_fit_the_network() -> None:
    images = list(sample_images(Discs(30, (40, 24)), 4))
    assert [image.shape for image in images] == [(1, 1, 64, 32)] * 4
    torch.testing.assert_close(images[-1][..., :40, :24], Discs(30, (40, 24))[29][0][None])


@pytest.mark.parametrize(("same", "kept"), [(0.996, True), (0.99, False)])
def test_ranges_that_change_masks_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, same: float, kept: bool
) -> None:
    files = ModelFiles(find_model("nucleus").spec, tmp_path / "n.safetensors", tmp_path / "n.md")
    monkeypatch.setattr(module, "mask_dice", lambda *_: same)
    assert save_ranges(files, tiny_network().eval(), Discs(), Discs(3)) == same
    assert (read_ranges(files) is not None) == kept
