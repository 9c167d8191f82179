from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import ndimage
from skimage.morphology import h_maxima

from napari_devolearn._types import Labels
from napari_devolearn.postprocess.blobs import depth_in_slices, nucleus_radius, split_volume

Volume = tuple[float, float, float]


def balls(
    centres: list[Volume], radius: float, shape: tuple[int, int, int], size: Volume
) -> npt.NDArray[np.bool_]:
    """Balls in a volume; radius, centres and voxel size in um."""
    zyx = np.meshgrid(*(np.arange(n) * s for n, s in zip(shape, size, strict=True)), indexing="ij")
    near = [sum((a - c) ** 2 for a, c in zip(zyx, centre, strict=True)) < radius**2 for centre in centres]
    return np.any(near, axis=0)


def split(mask: npt.NDArray[np.bool_], size: Volume, min_diameter: float = 0.0) -> Labels:
    """Split a mask with probability 1."""
    return split_volume(mask, mask.astype(np.uint8) * 255, size, min_diameter)


# two nuclei of 4 um whose centres are 3.4 um apart, side by side:  (  )(  )
SIDE_BY_SIDE: list[Volume] = [(6, 5, 4.3), (6, 5, 7.7)]
# the same, one above the other
STACKED: list[Volume] = [(4.3, 5, 6), (7.7, 5, 6)]


@pytest.mark.parametrize("centres", [SIDE_BY_SIDE, STACKED])
@pytest.mark.parametrize("size", [(1.0, 0.25, 0.25), (0.5, 0.4, 0.4), (1.0, 0.09, 0.09)])
def test_two_touching_nuclei_are_split(centres: list[Volume], size: Volume) -> None:
    shape = tuple(int(12 / s) for s in size)
    mask = balls(centres, 2.0, shape, size)  # type: ignore[arg-type]
    labels = split(mask, size)
    assert labels.dtype == np.uint32
    np.testing.assert_array_equal(labels > 0, mask)
    sizes = np.bincount(labels.ravel())[1:]
    assert len(sizes) == 2
    assert sizes.min() > 0.8 * sizes.max()


@pytest.mark.parametrize(
    "certainty",
    [
        [0, 0, 0.7, 1, 1, 1, 1, 0.6, 0.6, 1, 1, 1, 1, 0.7, 0, 0],
        [0, 0, 0.7, 1, 1, 1, 0.8, 0.55, 0.8, 1, 1, 1, 0.7, 0, 0],
    ],
)
def test_two_nuclei_without_a_neck_are_split(certainty: list[float]) -> None:
    """Blur fills the space between nuclei along z: a distance transform has only one peak."""
    size = (1.0, 0.2, 0.2)
    y, x = np.ogrid[:60, :60]
    disc = np.hypot(y - 30, x - 30) * 0.2 < 1.8
    probability = np.rint(255 * np.array(certainty)[:, None, None] * disc).astype(np.uint8)
    mask = probability >= 128
    depth = np.log(np.maximum(ndimage.distance_transform_edt(mask, sampling=(0.5, 0.2, 0.2)), 1e-3))
    assert ndimage.label(h_maxima(depth, -np.log(0.97)), np.ones((3, 3, 3)))[1] == 1
    labels = split_volume(mask, probability, size)
    np.testing.assert_array_equal(labels > 0, mask)
    assert labels.max() == 2
    assert labels[4, 30, 30] != labels[-5, 30, 30]


@pytest.mark.parametrize("radius", [2.0, 4.0, 10.0])
def test_one_nucleus_is_not_split(radius: float) -> None:
    size = (1.0, 0.2, 0.2)
    mask = balls([(11, 11, 11)], radius, (22, 110, 110), size)
    assert split(mask, size).max() == 1


def test_a_nucleus_elongated_by_blur_is_not_split() -> None:
    mask = balls([(7, 5, 5)], 2.5, (14, 50, 50), (0.5, 0.2, 0.2))
    assert split(mask, (1.0, 0.2, 0.2)).max() == 1


@pytest.mark.parametrize(("planes", "nuclei"), [(7, 1), (8, 2)])
def test_an_object_longer_than_a_blurred_nucleus_is_split(planes: int, nuclei: int) -> None:
    """A column 3.6 um wide with planes 1 um apart, and a dimmer plane at each end."""
    y, x = np.ogrid[:60, :60]
    disc = np.hypot(y - 30, x - 30) * 0.2 < 1.8
    certainty = np.array([0, 0, 0.6, *[1] * planes, 0.6, 0, 0])
    probability = np.rint(255 * certainty[:, None, None] * disc).astype(np.uint8)
    assert split_volume(probability >= 128, probability, (1.0, 0.2, 0.2)).max() == nuclei


def test_a_large_object_among_nuclei_is_not_split() -> None:
    size = (1.0, 0.4, 0.4)
    small: list[Volume] = [(3, 3, 3), (3, 27, 27), (27, 3, 3), (27, 27, 27), (3, 27, 3)]
    mask = balls([(15, 15, 15)], 10, (30, 75, 75), size) | balls(small, 1.5, (30, 75, 75), size)
    assert split(mask, size).max() == 6


def test_components_with_a_gap_finer_than_the_grid_stay_separate() -> None:
    mask = np.zeros((5, 40, 41), bool)
    mask[:, 10:30, 1:20] = mask[:, 10:30, 21:40] = True
    labels = split(mask, (1.0, 0.09, 0.09))
    assert labels.max() == 2
    assert np.unique(labels[:, :, :20]).tolist() == [0, 1]
    assert np.unique(labels[:, :, 20:]).tolist() == [0, 2]


def test_objects_below_the_minimum_diameter_are_removed() -> None:
    size = (1.0, 0.25, 0.25)
    mask = balls([(6, 3, 3)], 2.0, (12, 48, 48), size) | balls([(6, 9, 9)], 1.0, (12, 48, 48), size)
    assert split(mask, size).max() == 2
    assert split(mask, size, min_diameter=3.0).max() == 1


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 4, 5), (2, 50, 50), (1, 50, 50), (40, 3, 3)])
@pytest.mark.parametrize("size", [(1, 1, 1), (0.1, 0.1, 0.1), (10, 0.2, 0.2), (0.05, 3, 3)])
def test_empty_and_full_masks_are_labelled(shape: tuple[int, int, int], size: Volume) -> None:
    assert split(np.zeros(shape, bool), size).max() == 0
    assert split(np.ones(shape, bool), size).max() == 1


def test_labels_of_noise_are_consecutive() -> None:
    mask = np.random.default_rng(0).random((8, 30, 30)) < 0.4
    labels = split(mask, (1.0, 0.2, 0.2))
    np.testing.assert_array_equal(labels > 0, mask)
    np.testing.assert_array_equal(np.unique(labels), np.arange(labels.max() + 1))


@pytest.mark.parametrize("radius", [1.5, 4.0])
def test_the_radius_is_close_to_the_median(radius: float) -> None:
    """Slices cut most nuclei above or below their middle."""
    size = (1.0, 0.2, 0.2)
    mask = balls([(8, 6, 6), (8, 6, 18), (8, 18, 6)], radius, (16, 120, 120), size)
    found = nucleus_radius(depth_in_slices(mask, np.array(size)))
    assert 0.85 * radius < found <= 1.05 * radius
