"""The network of a spec."""

from __future__ import annotations

import torch

from napari_devolearn.models._build import SumMerge, build_network
from napari_devolearn.models.spec import ModelSpec

SPEC = ModelSpec(name="n", task="nucleus", pixel_size=0.2, sha256="a" * 64, outputs=("a", "b"))


def test_outputs_have_the_input_size_and_a_channel_each() -> None:
    network = build_network(SPEC).eval()
    assert network(torch.zeros(1, 1, 64, 96)).shape == (1, 2, 64, 96)


def test_sum_merge_gives_what_stacking_gives() -> None:
    levels = list(torch.rand(4, 2, 3, 5, 7))
    torch.testing.assert_close(SumMerge()(levels), torch.stack(levels).sum(0))
