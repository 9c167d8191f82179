from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_devolearn.widgets.common.calibration import set_voxel_size, voxel_size_of


@pytest.mark.parametrize(
    ("scale", "units", "expected"),
    [
        ((2, 0.5, 0.25), ("um", "um", "um"), (2, 0.5, 0.25)),
        ((2000, 500, -250), ("nm", "nm", "nm"), (2, 0.5, 0.25)),
        ((2, 0.5, 0.25), ("pixel", "um", "um"), None),
        ((0.5, 0.25), ("um", "um"), (1, 0.5, 0.25)),
    ],
)
def test_voxel_size_of(
    scale: tuple[float, ...], units: tuple[str, ...], expected: tuple[float, ...] | None
) -> None:
    layer = ViewerModel().add_image(np.zeros((4,) * len(scale)), scale=scale, units=units)
    assert voxel_size_of(layer) == (pytest.approx(expected) if expected else None)


def test_an_rgb_movie_has_no_z() -> None:
    movie = ViewerModel().add_image(
        np.zeros((4, 8, 8, 3), np.uint8), rgb=True, scale=(1, 0.5, 0.25), units=("pixel", "um", "um")
    )
    assert voxel_size_of(movie) == (1.0, 0.5, 0.25)


def test_aligned_layers_stay_aligned() -> None:
    viewer = ViewerModel()
    image = viewer.add_image(np.zeros((3, 5, 8, 8)), translate=(7, 0, 2, 0))
    mask = viewer.add_labels(np.zeros((3, 5, 8, 8), int), translate=(7, 0, 2, 0))
    other = viewer.add_image(np.zeros((3, 5, 8, 8)), scale=(1, 3, 1, 1))
    viewer.dims.current_step = (1, 4, 0, 0)
    set_voxel_size(viewer, image, (2.0, 0.5, 0.25))
    for layer in (image, mask):
        assert voxel_size_of(layer) == (2.0, 0.5, 0.25)
        assert tuple(layer.scale) == (1, 2.0, 0.5, 0.25)
        assert tuple(layer.translate) == (7, 0, 1.0, 0)
        assert str(layer.units[0]) == "pixel"
    assert tuple(other.scale) == (1, 3, 1, 1)
    assert image.world_to_data(viewer.dims.point)[1] == pytest.approx(4)
