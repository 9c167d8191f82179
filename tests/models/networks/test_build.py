from __future__ import annotations

import dataclasses

import pytest
import torch

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.models.networks.build import ENCODERS, build_network
from napari_devolearn.models.networks.decoders import SumMerge
from napari_devolearn.models.spec import ModelSpec

SPEC = ModelSpec(name="n", task="nucleus", pixel_size=0.2, sha256="a" * 64, outputs=("a", "b"))


def test_outputs_have_the_input_size_and_one_channel_each() -> None:
    network = build_network(SPEC).eval()
    assert network(torch.zeros(1, 1, 64, 96)).shape == (1, 2, 64, 96)


def test_sum_merge_equals_stacking() -> None:
    levels = list(torch.rand(4, 2, 3, 5, 7))
    torch.testing.assert_close(SumMerge()(levels), torch.stack(levels).sum(0))


@pytest.mark.parametrize("encoder", ENCODERS)
def test_named_encoders_exist(encoder: str) -> None:
    spec = dataclasses.replace(SPEC, encoder=encoder, in_channels=3)
    assert build_network(spec).eval()(torch.zeros(1, 3, 64, 32)).shape == (1, 2, 64, 32)


@pytest.mark.parametrize("encoder", ["resnet18", "tu-tf_efficientnet_lite0"])
@pytest.mark.parametrize("widths", [(16, 8, 8, 4, 4), (16, 8, 8, 4)])
def test_a_unet_has_the_given_depth_and_width(encoder: str, widths: tuple[int, ...]) -> None:
    chosen = {"architecture": "unet", "encoder_depth": len(widths), "decoder_channels": widths}
    spec = dataclasses.replace(SPEC, encoder=encoder, **chosen)
    network = build_network(spec).eval()
    assert network(torch.zeros(1, 1, 64, 32)).shape == (1, 2, 64, 32)
    assert len(network.decoder.blocks) == len(widths)
    assert network.segmentation_head[0].in_channels == 4


def test_a_plain_unet_keeps_the_size_and_has_the_given_width() -> None:
    spec = dataclasses.replace(SPEC, architecture="plain-unet", encoder="width-4")
    network = build_network(spec).eval()
    assert network(torch.zeros(1, 1, 48, 32)).shape == (1, 2, 48, 32)
    wide = build_network(dataclasses.replace(spec, encoder="width-64"))
    # 31.03 million in the paper's figure for one channel and two outputs, and 11 thousand of batch norm
    assert sum(p.numel() for p in wide.parameters()) == pytest.approx(31.04e6, rel=1e-3)


def test_a_resnet_returns_one_number_per_output() -> None:
    spec = dataclasses.replace(SPEC, architecture="resnet", outputs=tuple("AEMPCDZ"), in_channels=2)
    assert build_network(spec).eval()(torch.zeros(3, 2, 64, 96)).shape == (3, 7)


@pytest.mark.parametrize("architecture", ["fpn", "unet", "resnet"])
@pytest.mark.parametrize("encoder", ["resnet19", "tu-resnet19"])
def test_an_unknown_encoder_gives_a_one_line_error(architecture: str, encoder: str) -> None:
    with pytest.raises(WeightsError, match="unknown; choose one of resnet18, ") as caught:
        build_network(dataclasses.replace(SPEC, architecture=architecture, encoder=encoder))  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("encoder", ["resnet18", "width-", "width-0", "width--3"])
def test_a_plain_unet_needs_a_width(encoder: str) -> None:
    with pytest.raises(WeightsError, match="for example width-64"):
        build_network(dataclasses.replace(SPEC, architecture="plain-unet", encoder=encoder))
