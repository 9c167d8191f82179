"""Where the nuclei of a volume have their centres."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import ndimage

from helpers.drawn.balls import balls
from napari_devolearn._types import VoxelSize
from napari_devolearn.inference import centres
from napari_devolearn.inference.centres import predict_centres
from napari_devolearn.postprocess.nuclei_3d import split_volume

Bytes = npt.NDArray[np.uint8]

SIDE_BY_SIDE: list[VoxelSize] = [(9, 9, 7.1), (9, 9, 10.9)]
"""Two nuclei of 4 um whose centres are 3.8 um apart."""

STACKED: list[VoxelSize] = [(6.6, 9, 9), (11.4, 9, 9)]


def microscope(
    places: list[VoxelSize], radius: float, size: VoxelSize, field: float = 18.0
) -> tuple[Bytes, Bytes]:
    """Image, blurred along z, and the probability of a model that is sure everywhere."""
    z, y, x = (int(field / s) for s in size)
    inside = balls(places, radius, (z, y, x), size).astype(np.float32)
    seen = ndimage.gaussian_filter(inside, [blur / s for blur, s in zip((0.8, 0.2, 0.2), size, strict=True)])
    noise = np.random.default_rng(0).normal(0, 0.03, seen.shape)
    image = np.clip(20 + 180 * (seen + noise), 0, 255)
    return image.astype(np.uint8), (255 * (seen > 0.45)).astype(np.uint8)


def nuclei_of(image: npt.NDArray[np.generic], probability: Bytes, size: VoxelSize) -> int:
    found, foreground = predict_centres(image, probability, size)
    assert found.shape == foreground.shape == probability.shape
    assert found.dtype == foreground.dtype == np.uint8
    return int(split_volume(foreground >= 128, found, size).max())


@pytest.mark.parametrize("places", [SIDE_BY_SIDE, STACKED])
@pytest.mark.parametrize("size", [(1.0, 0.25, 0.25), (0.5, 0.4, 0.4), (1.0, 0.09, 0.09)])
def test_two_touching_nuclei_have_two_centres(places: list[VoxelSize], size: VoxelSize) -> None:
    image, probability = microscope(places, 2.0, size)
    assert ndimage.label(probability)[1] == 1
    assert nuclei_of(image, probability, size) == 2


@pytest.mark.parametrize("radius", [1.6, 2.5, 3.9])
@pytest.mark.parametrize("size", [(1.0, 0.2, 0.2), (2.0, 0.2, 0.2)])
def test_one_nucleus_has_one_centre(radius: float, size: VoxelSize) -> None:
    assert nuclei_of(*microscope([(9, 9, 9)], radius, size), size) == 1


@pytest.mark.parametrize("factor", [0.4, 4.0])
def test_nuclei_of_other_sizes_are_separated_as_well(factor: float) -> None:
    """The grid follows the size of the nuclei."""
    image, probability = microscope(SIDE_BY_SIDE, 2.0, (1.0, 0.25, 0.25))
    assert nuclei_of(image, probability, (factor, 0.25 * factor, 0.25 * factor)) == 2


@pytest.mark.parametrize("dtype", [np.uint16, np.float32, np.int32])
def test_the_number_type_and_range_of_the_image_do_not_matter(dtype: type[np.generic]) -> None:
    image, probability = microscope(STACKED, 2.0, (1.0, 0.25, 0.25))
    other = (image.astype(np.float64) * 11 + 300).astype(dtype)
    own, same = (predict_centres(one, probability, (1.0, 0.25, 0.25)) for one in (image, other))
    assert np.abs(own.astype(int) - same).max() <= 2


def test_tiles_give_the_same_as_the_whole_volume(monkeypatch: pytest.MonkeyPatch) -> None:
    image, probability = microscope(SIDE_BY_SIDE, 2.0, (1.0, 0.2, 0.2), field=40)
    whole = predict_centres(image, probability, (1.0, 0.2, 0.2))
    monkeypatch.setattr(centres, "_CORE", (12, 24, 24))
    by_tiles = predict_centres(image, probability, (1.0, 0.2, 0.2))
    near = probability > 0
    assert np.abs(whole[:, near].astype(int) - by_tiles[:, near]).max() <= 1
    assert whole[0].max() > 128


def test_on_mps_the_cpu_computes_the_centres() -> None:
    image, probability = microscope(SIDE_BY_SIDE, 2.0, (1.0, 0.25, 0.25))
    own, other = (predict_centres(image, probability, (1.0, 0.25, 0.25), one) for one in ("cpu", "mps"))
    np.testing.assert_array_equal(own, other)


def test_padding_does_not_change_the_number_of_nuclei() -> None:
    size = (1.0, 0.25, 0.25)
    image, probability = microscope([*SIDE_BY_SIDE, (14, 4, 4)], 2.0, size)
    padding = [(5, 3), (60, 40), (0, 100)]
    assert nuclei_of(image, probability, size) == 3
    assert nuclei_of(np.pad(image, padding), np.pad(probability, padding), size) == 3


def test_small_nuclei_are_not_longer_by_the_blur() -> None:
    """The probability of the slices above and below is as high as inside."""
    size, place = (1.0, 0.25, 0.25), [(9.0, 9.0, y) for y in (4.0, 9.0, 14.0)]
    image, probability = microscope(place, 1.6, size)
    probability = ndimage.maximum_filter(probability, (5, 1, 1))
    _, foreground = predict_centres(image, probability, size)
    true = balls(place, 1.6, image.shape, size)
    assert (probability >= 128).sum() > 1.8 * true.sum()
    assert 0.7 * true.sum() < (foreground >= 128).sum() < 1.35 * true.sum()


def test_the_foreground_of_large_nuclei_is_that_of_the_model() -> None:
    image, probability = microscope([(9, 9, 9)], 2.8, (1.0, 0.25, 0.25))
    _, foreground = predict_centres(image, probability, (1.0, 0.25, 0.25))
    np.testing.assert_array_equal(foreground, probability)


@pytest.mark.parametrize("probability", [0, 1, 255])
def test_volumes_without_contrast(probability: int) -> None:
    flat = np.full((4, 20, 20), probability, np.uint8)
    found = predict_centres(np.full(flat.shape, 7), flat, (1.0, 0.2, 0.2))
    assert found.shape == (2, *flat.shape)
    if probability == 0:
        assert not found.any()
