from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from napari_devolearn.exceptions import RLEFormatError
from napari_devolearn.io.rle.coco_counts import counts_of_runs, parse_counts, runs_of_counts, unpack_counts
from napari_devolearn.io.rle.runs import draw_runs, runs_of

tools = pytest.importorskip("pycocotools.mask")

masks = hnp.arrays(
    np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.integers(0, 1)
)


@given(masks)
@settings(max_examples=200, deadline=None)
def test_masks_packed_by_pycocotools_are_read(mask: npt.NDArray[np.uint8]) -> None:
    packed = tools.encode(np.asfortranarray(mask))["counts"]

    counts = unpack_counts(packed)

    runs = runs_of_counts(counts, mask.shape)
    np.testing.assert_array_equal(draw_runs([runs], mask.shape), mask)
    # pycocotools, too, begins with background, even with none of it
    np.testing.assert_array_equal(counts_of_runs(runs_of(mask).get(1, runs), mask.shape), counts)


def test_long_counts_are_packed_as_differences() -> None:
    mask = np.zeros((520, 704), np.uint8)
    mask[100:400, 7:700:11] = 1
    packed = tools.encode(np.asfortranarray(mask))["counts"]
    np.testing.assert_array_equal(
        draw_runs([runs_of_counts(unpack_counts(packed), mask.shape)], mask.shape), mask
    )


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ("zzzz", "invalid characters"),
        ("0P", "incomplete"),
        ("o" * 20 + "0", "larger than any image"),
        (b"\xff", "invalid characters"),
        ([1.5, 14.5], "neither a string nor a list"),
        ([2**60], "neither a string nor a list"),
        (None, "neither a string nor a list"),
    ],
)
def test_invalid_counts_are_refused(counts: object, said: str) -> None:
    with pytest.raises(RLEFormatError, match=said):
        parse_counts(counts)


@pytest.mark.parametrize(("counts", "said"), [([3, 2], "counts of 5 pixels"), ([20, -4], "a count of -4")])
def test_counts_of_another_size_are_refused(counts: list[int], said: str) -> None:
    with pytest.raises(RLEFormatError, match=said):
        runs_of_counts(parse_counts(counts), (4, 4))
