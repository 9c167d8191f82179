from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.inference.inputs.grid import (
    check_scale,
    mirrored,
    resample_image,
    resample_labels,
    target_shape,
)


@pytest.mark.parametrize(
    ("shape", "size", "expected"),
    [
        ((512, 708), (0.09, 0.09), (256, 354)),
        ((256, 256), (0.18, 0.2489), (256, 354)),
        ((1, 1), (0.01, 0.01), (1, 1)),
    ],
)
def test_shape_at_the_model_pixel_size(
    shape: tuple[int, int], size: tuple[float, float], expected: tuple[int, int]
) -> None:
    assert target_shape(shape, size, 0.18) == expected


def test_resampling_keeps_the_position_of_a_disc() -> None:
    y, x = np.mgrid[:120, :150]
    disc = ((y - 40) ** 2 + (x - 90) ** 2 < 25**2).astype(np.float32)
    back = resample_image(resample_image(disc, (53, 201)), disc.shape) > 0.5
    assert (back & (disc > 0)).sum() / (back | (disc > 0)).sum() > 0.95


def test_fine_pixels_are_averaged() -> None:
    checkerboard = (np.indices((64, 64)).sum(0) % 2).astype(np.uint8)
    coarse = resample_image(checkerboard, (16, 16))
    np.testing.assert_allclose(coarse[2:-2, 2:-2], 0.5, atol=0.05)


def test_resampled_labels_have_no_new_values() -> None:
    labels = np.random.default_rng(0).choice(np.array([0, 3, 200], np.uint8), (37, 53))
    for shape in ((18, 20), (100, 90), (1, 1)):
        resampled = resample_labels(labels, shape)
        assert resampled.shape == shape
        assert set(np.unique(resampled)) <= {0, 3, 200}


def test_an_axis_is_mirrored_at_its_end_however_short_it_is() -> None:
    assert mirrored(6, 4).tolist() == [0, 1, 2, 3, 4, 5, 4, 3]
    assert mirrored(4, 4).tolist() == [0, 1, 2, 3]
    assert mirrored(2, 4).tolist() == [0, 1, 0, 1]
    assert mirrored(1, 4).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((512, 708), (9.0, 9.0)),  # 0.9 was meant
        ((32, 40), (90.0, 90.0)),
        ((64, 64), (200.0, 200.0)),  # mm
        ((64, 64), (0.2, 1e30)),
        ((40_000, 40_000), (0.9, 0.9)),
        ((64, 64), (float("nan"), 0.2)),
    ],
)
def test_a_voxel_size_that_would_take_gigabytes_is_refused(
    shape: tuple[int, int], size: tuple[float, float]
) -> None:
    with pytest.raises(ImageFormatError, match=r"^a\.tif: pixels of .* .* GB\); give the voxel"):
        check_scale("a.tif", shape, size, 0.18)


@pytest.mark.parametrize(
    ("shape", "size"), [((512, 708), (0.9, 0.9)), ((40_000, 30_000), (0.3, 0.3)), ((2, 2), (0.18, 0.18))]
)
def test_a_large_image_of_usual_pixels_is_accepted(shape: tuple[int, int], size: tuple[float, float]) -> None:
    check_scale("a.tif", shape, size, 0.18)


def test_an_image_smaller_than_an_object_gives_a_warning() -> None:
    with pytest.warns(UserWarning, match=r"a\.tif: the whole image is 0\.0064 x 0\.008 um .* voxel size"):
        check_scale("a.tif", (32, 40), (0.0002, 0.0002), 0.18)
