from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from helpers.drawn.discs import Discs, tiny_network
from napari_devolearn.inference.backends.backend import available_backends, compile_network
from napari_devolearn.models.networks.build import build_network
from napari_devolearn.models.ranges import read_ranges
from napari_devolearn.models.registry import ModelFiles, find_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.run import ranges as module
from napari_devolearn.training.run.ranges import (
    mask_dice,
    quantised,
    record_ranges,
    sample_images,
    save_ranges,
)

SPEC = ModelSpec(name="n", task="nucleus", pixel_size=0.2, sha256="0" * 64)


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


@pytest.fixture
def images() -> list[torch.Tensor]:
    return list(torch.rand(3, 1, 1, 64, 64, generator=torch.Generator().manual_seed(0)))


@pytest.fixture
def network(images: list[torch.Tensor]) -> nn.Module:
    """An untrained network whose masks cover half of the images."""
    torch.manual_seed(3)
    network = build_network(SPEC).eval()
    with torch.no_grad():
        network.segmentation_head[0].bias -= torch.stack([network(image) for image in images]).median()
    return network


@pytest.mark.skipif("openvino-int8" not in available_backends(), reason="needs OpenVINO and VNNI")
def test_rounding_equals_that_of_openvino(network: nn.Module, images: list[torch.Tensor]) -> None:
    ranges = record_ranges(network, images)
    with torch.inference_mode():
        exact, expected = network(images[0]), quantised(network, ranges)(images[0])
    given = compile_network(network, "cpu", "openvino-int8", ranges)(images[0])
    changed = (expected - exact).abs().mean()
    assert changed > 0
    assert (given - expected).abs().mean() < changed


def test_a_range_that_clips_changes_masks(network: nn.Module, images: list[torch.Tensor]) -> None:
    ranges = record_ranges(network, images)
    clipped = {name: (low / 50, high / 50) for name, (low, high) in ranges.items()}
    assert mask_dice(network, network, images) == 1
    assert mask_dice(network, quantised(network, ranges), images) > 0.9
    assert mask_dice(network, quantised(network, clipped), images) < 0.9


def test_empty_masks_agree(images: list[torch.Tensor]) -> None:
    def nothing(image: torch.Tensor) -> torch.Tensor:
        return image - 2

    assert mask_dice(nothing, nothing, images) == 1  # type: ignore[arg-type]
