from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_devolearn.exceptions import DatasetError, TooManyLabelsError
from napari_devolearn.training.data.pairs import UNKNOWN
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.slices import (
    WrittenSlice,
    fit_bits,
    fit_ids,
    kept_slices,
    volume_slices,
)
from napari_devolearn.training.prepare.source import Volume


def written(image: np.ndarray, mask: np.ndarray, **choices: Any) -> list[WrittenSlice]:
    volume = Volume(
        name="embryo",
        t=7,
        slices=tuple(range(10, 10 + len(image))),
        voxel_size=(1.0, 0.1, 0.3),
        read_image=lambda: image,
        read_mask=lambda: mask,
    )
    return volume_slices(volume, "train", PrepareParams(**choices))


@pytest.fixture
def ids() -> np.ndarray:
    """(2, 30, 20) uint16 with the ids 1, 300 and 65534 in stripes one pixel wide."""
    values = np.array([0, 1, 0, 300, 65534], np.uint16)
    return np.broadcast_to(values[np.arange(30) % 5][None, :, None], (2, 30, 20)).copy()


def test_rows_describe_the_files(ids: np.ndarray) -> None:
    (first, _, mask), (second, _, _) = written(ids.astype(np.uint16), ids)
    assert first.file == "embryo_t007_z010.png"
    assert second.z == 11
    assert (first.height, first.width, first.n_instances) == (30, 20, 3)
    assert first.foreground == 30 * 20 * 3 // 5
    np.testing.assert_array_equal(mask, ids[0])


@pytest.mark.parametrize("pixel_size", [0.04, 0.13, 0.5])
def test_resampled_masks_have_no_new_ids(ids: np.ndarray, pixel_size: float) -> None:
    for pair, image, mask in written(ids.astype(np.uint8), ids, pixel_size=pixel_size):
        assert set(np.unique(mask)) <= {0, 1, 300, 65534}
        assert mask.shape == image.shape == (pair.height, pair.width)
        assert pair.height * pair.voxel_y == pytest.approx(30 * 0.1)
        assert pair.width * pair.voxel_x == pytest.approx(20 * 0.3)


@pytest.mark.parametrize("pixel_size", [None, 0.07])
def test_semantic_masks_are_binary(ids: np.ndarray, pixel_size: float | None) -> None:
    for pair, _, mask in written(ids.astype(np.uint8), ids, semantic=True, pixel_size=pixel_size):
        assert mask.dtype == np.uint8
        assert set(np.unique(mask)) == {0, 255}
        assert pair.n_instances == 1


@pytest.mark.parametrize(
    ("kept", "expected"), [(None, range(8)), (0, range(3, 6)), (1, range(2, 7)), (9, range(8))]
)
def test_empty_slices_are_removed_only_at_the_ends(kept: int | None, expected: range) -> None:
    mask = np.zeros((8, 2, 2), np.uint16)
    mask[[3, 5], 0, 0] = 1
    assert kept_slices(mask, kept) == list(expected)


def test_a_volume_without_labels_keeps_as_many_slices() -> None:
    assert kept_slices(np.zeros((8, 2, 2), np.uint16), 2) == [0, 1]
    assert not kept_slices(np.zeros((8, 2, 2), np.uint16), 0)


def test_unlabelled_slices_are_omitted_on_request_and_unknown_ones_always() -> None:
    mask = np.zeros((6, 2, 2), np.uint16)
    mask[[1, 4], 0, 0] = 1
    mask[5] = UNKNOWN
    assert kept_slices(mask, None) == [0, 1, 2, 3, 4]
    assert kept_slices(mask, 9, only_labelled=True) == [1, 4]
    assert kept_slices(mask, 0) == [1, 2, 3, 4]


def test_unknown_pixels_are_not_instances(ids: np.ndarray) -> None:
    ids[ids == 65534] = UNKNOWN
    pair, _, mask = written(ids.astype(np.uint8), ids)[0]
    assert (pair.n_instances, pair.foreground) == (2, 30 * 20 * 2 // 5)
    assert (mask == UNKNOWN).sum() == 30 * 20 // 5
    _, _, semantic = written(ids.astype(np.uint8), ids, semantic=True)[0]
    assert set(np.unique(semantic)) == {0, 255, UNKNOWN}


@pytest.mark.parametrize(
    ("dtype", "bits", "stored"),
    [
        ("u1", None, "u1"),
        ("u2", None, "u2"),
        ("u1", 16, "u2"),
        ("u2", 8, "u1"),
        ("i4", None, "u2"),
        ("?", None, "u1"),
    ],
)
def test_intensities_in_range_are_unchanged(dtype: str, bits: int | None, stored: str) -> None:
    image = np.array([[[0, 1], [1, 0]]]).astype(dtype)
    fitted = fit_bits(image, bits, "x")
    assert fitted.dtype == stored
    np.testing.assert_array_equal(fitted, image)


@pytest.mark.parametrize("bits", [8, 16])
def test_other_intensities_are_scaled_per_volume(bits: int) -> None:
    image = np.linspace(-5, 5, 1000).reshape(10, 10, 10)
    fitted = fit_bits(image, bits, "x")
    assert (fitted.min(), fitted.max()) == (0, 2**bits - 1)
    assert (np.diff(fitted.ravel().astype(int)) >= 0).all()
    assert not fit_bits(np.full((1, 2, 2), -3.5), bits, "x").any()


def test_nan_intensities_are_refused() -> None:
    with pytest.raises(DatasetError, match="movie, time point 3: NaN"):
        fit_bits(np.array([[[np.nan]]]), None, "movie, time point 3")


def test_ids_must_be_integers_within_the_range_of_a_png() -> None:
    np.testing.assert_array_equal(fit_ids(np.array([[[0.0, 7.0]]]), "x"), [[[0, 7]]])
    with pytest.raises(DatasetError, match="fractions"):
        fit_ids(np.array([[[0.5]]]), "x")
    with pytest.raises(DatasetError, match="contains -1"):
        fit_ids(np.array([[[-1]]]), "x")
    with pytest.raises(TooManyLabelsError, match="ID 65536, but the maximum in a PNG is 65535"):
        fit_ids(np.array([[[65536]]], np.uint32), "x")
