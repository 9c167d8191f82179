from __future__ import annotations

import numpy as np
import pytest
from torch import Tensor, nn

from napari_devolearn.inference.counting.devolearn_lineage import MOST, DevolearnLineageModel
from napari_devolearn.inference.populations import populations
from napari_devolearn.lineage.founders import FOUNDERS
from napari_devolearn.models.spec import ModelSpec


class Brightness(nn.Module):
    """Returns the mean of the image for each lineage."""

    def forward(self, image: Tensor) -> Tensor:
        assert image.shape == (1, 3, 256, 256)
        return image.mean().expand(1, 7)


@pytest.fixture
def model() -> DevolearnLineageModel:
    spec = ModelSpec(
        name="m",
        task="lineage",
        pixel_size=1,
        sha256="a" * 64,
        architecture="resnet",
        in_channels=3,
        outputs=tuple("AEMPCDZ"),
        normalisation="divide-255",
    )
    return DevolearnLineageModel(spec, Brightness(), "cpu")


@pytest.mark.parametrize(
    ("colour", "output"),
    [((255, 255, 255), 1.0), ((255, 255, 0), 0.886 * 2 - 1), ((0, 0, 0), 0.0)],  # never below no cells
)
def test_a_frame_is_resized_to_greyscale_from_minus_1_to_1(
    model: DevolearnLineageModel, colour: tuple[int, int, int], output: float
) -> None:
    movie = np.full((2, 100, 60, 3), colour, np.uint8)
    counts = populations(movie, model, decode=False)
    assert counts[list(FOUNDERS)].to_numpy().tolist() == [np.rint(output * MOST).tolist()] * 2
