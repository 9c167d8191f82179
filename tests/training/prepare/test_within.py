from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.training.data.pairs import UNKNOWN
from napari_devolearn.training.prepare.within import divide


def volume(slices: int, shape: tuple[int, int] = (32, 64)) -> np.ndarray:
    """(slices, Y, X) uint16 with an object in each sixteenth of the longer edge."""
    mask = np.zeros((slices, *shape), np.uint16)
    for number, start in enumerate(range(0, shape[1], shape[1] // 16), start=1):
        mask[:, 10:20, start : start + 2] = number
    return mask


def sides(mask: np.ndarray, numbers: list[int] | None = None) -> dict[str, list[int]]:
    every = list(range(len(mask)))
    found: dict[str, list[int]] = {"train": [], "held_out": []}
    for portion in divide(mask, every, numbers or every):
        found[portion.split].append(portion.slice_index)
    return found


def test_a_block_of_many_slices_is_held_out_with_a_gap() -> None:
    assert sides(volume(10)) == {"train": [0, 1, 2, 3, 4, 9], "held_out": [6, 7]}


def test_slices_far_apart_need_no_gap() -> None:
    found = sides(volume(5), numbers=[0, 10, 20, 30, 40])
    assert found == {"train": [0, 1, 2, 4], "held_out": [3]}


def test_the_block_is_chosen_among_labelled_slices() -> None:
    mask = volume(20)
    mask[10:] = 0
    assert sides(mask)["held_out"] == [6, 7]


@pytest.mark.parametrize("shape", [(32, 64), (64, 32)])
@pytest.mark.parametrize("slices", [1, 3])
def test_a_strip_of_few_slices_is_held_out_without_overlap(slices: int, shape: tuple[int, int]) -> None:
    mask = volume(slices, (32, 64))
    mask = mask if shape == (32, 64) else mask.transpose(0, 2, 1)
    train, held_out = (
        [one for one in divide(mask, range(slices), range(slices)) if one.split == split]
        for split in ("train", "held_out")
    )
    assert len(train) == len(held_out) == slices
    for one, other in zip(train, held_out, strict=True):
        known, measured = one.mask != UNKNOWN, other.mask != UNKNOWN
        assert not (known & measured).any()
        assert 0.2 < measured.mean() < 0.3
        assert known.mean() > 0.6
        assert one.mask[known].any()
        assert other.mask[measured].any()
        np.testing.assert_array_equal(one.mask[known], mask[one.slice_index][known])


def test_a_single_object_cannot_be_divided() -> None:
    mask = np.zeros((1, 32, 64), np.uint16)
    mask[0, 10:20, 5:8] = 4
    assert sides(mask) == {"train": [0], "held_out": []}


def test_unknown_regions_are_not_held_out() -> None:
    mask = volume(1)
    mask[:, :, 32:] = UNKNOWN
    (held_out,) = (one for one in divide(mask, [0], [0]) if one.split == "held_out")
    assert (held_out.mask[:, :32] != UNKNOWN).any()
