from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from napari_devolearn.exceptions import RLEFormatError
from napari_devolearn.io.rle.coco_counts import counts_of_runs, runs_of_counts
from napari_devolearn.io.rle.runs import check_total, draw_runs, format_runs, parse_runs, runs_of, turned

planes = hnp.arrays(
    np.uint8,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=9),
    elements=st.sampled_from([0, 0, 0, 1, 2, 5]),
)
"""Small label planes: single pixels, holes, pieces, full and empty ones."""


@given(planes)
@settings(max_examples=200, deadline=None)
def test_labels_round_trip_through_text(labels: npt.NDArray[np.uint8]) -> None:
    texts = {label: format_runs(runs) for label, runs in runs_of(labels).items()}

    drawn = draw_runs([parse_runs(text, labels.shape) for text in texts.values()], labels.shape)

    expected = np.searchsorted(np.unique(labels[labels > 0]), labels) + 1
    np.testing.assert_array_equal(drawn, np.where(labels > 0, expected, 0))


def test_pixels_are_counted_from_one_row_by_row() -> None:
    # . . . .
    # . # # .
    # . # . .
    drawn = draw_runs([parse_runs("6 2 10 1", (3, 4))], (3, 4))
    np.testing.assert_array_equal(drawn, [[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 0, 0]])


def test_a_run_continues_in_the_next_row() -> None:
    assert format_runs(runs_of(np.array([[0, 1], [1, 0]]))[1]) == "2 2"


def test_an_object_in_rows_below_each_other_steps_by_the_width_of_sartorius() -> None:
    labels = np.zeros((520, 704), bool)
    labels[167:170, 576:582] = True

    assert format_runs(runs_of(labels)[1]) == "118145 6 118849 6 119553 6"


def test_the_earlier_object_keeps_shared_pixels() -> None:
    drawn = draw_runs([parse_runs("1 3", (1, 5)), parse_runs("2 4", (1, 5))], (1, 5))
    assert drawn.tolist() == [[1, 1, 1, 2, 2]]


def test_an_image_without_pixels_has_no_objects() -> None:
    assert runs_of(np.zeros((0, 4), np.uint8)) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 2 3", "3 numbers, an odd count"),
        ("1 two", "values that are not whole numbers"),
        ("1 99999999999999999999", "values that are not whole numbers"),
        ("1 0", "the run 1 0 is shorter than a pixel"),
        ("0 2", "the run 0 2 leaves the image of 3 x 4"),
        ("12 2", "the run 12 2 leaves the image"),
        ("9223372036854775807 9223372036854775807", "leaves the image"),
        ("5 3 7 1", "the run 7 1 overlaps the one before it"),
    ],
)
def test_invalid_runs_are_refused(text: str, said: str) -> None:
    with pytest.raises(RLEFormatError, match=said):
        parse_runs(text, (3, 4))


def test_runs_in_any_order_are_sorted() -> None:
    assert parse_runs("9 1 1 2", (3, 4)).tolist() == [[0, 2], [8, 1]]


def test_an_object_as_large_as_the_largest_image_fits_into_memory() -> None:
    side = 4096
    (runs,) = runs_of_counts(np.array([0, side * side]), (side, side))
    assert runs.tolist() == [0, side * side]
    tracemalloc.start()
    assert counts_of_runs(runs[None], (side, side)).tolist() == [0, side * side]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 6 * side * side


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.integers(0, 1)))
@settings(max_examples=100, deadline=None, database=None)
def test_runs_along_the_other_axis_have_the_same_pixels(mask: npt.NDArray[np.uint8]) -> None:
    runs = runs_of(mask).get(1, np.zeros((0, 2), np.int64))
    other = runs_of(mask.T).get(1, np.zeros((0, 2), np.int64))
    np.testing.assert_array_equal(turned(runs, mask.shape), other)


def test_sizes_are_added_up_before_anything_is_drawn() -> None:
    check_total(2**36, Path("a.csv"), "images")
    with pytest.raises(RLEFormatError, match=r"a\.csv: its images have more than 7e\+10 pixels together"):
        check_total(2**36 + 1, Path("a.csv"), "images")
