from __future__ import annotations

import pytest
import torch
from torch import nn

from napari_devolearn.inference.backends.backend import available_backends, compile_network
from napari_devolearn.models.networks.build import build_network
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.run.ranges import record_ranges
from napari_devolearn.training.run.rounding import mask_dice, quantised

SPEC = ModelSpec(name="n", task="nucleus", pixel_size=0.2, sha256="0" * 64)


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
