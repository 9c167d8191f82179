from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.drawn.mistakes import CASES, TRUTH
from napari_devolearn.evaluation.compare import FramePair, compare_frame, pair_frames
from napari_devolearn.evaluation.frames import LabelFrames, Planes
from napari_devolearn.exceptions import CTCFormatError, ImageFormatError


def frames(*numbers: int, plane: np.ndarray = TRUTH, depth: int = 2, planes: Planes = None) -> LabelFrames:
    """Frames with identical planes."""
    volume = np.stack([plane] * depth)
    return LabelFrames(
        source=Path("somewhere"),
        shape=volume.shape,
        planes=dict.fromkeys(numbers, planes),
        read=lambda _: volume,
    )


def test_every_frame_of_the_ground_truth_is_compared() -> None:
    assert pair_frames(frames(1, 2, 3, 4), frames(2, 4)) == [FramePair(2, 2, None), FramePair(4, 4, None)]


@pytest.mark.parametrize(("chosen", "expected"), [((2, 4), [2, 3]), ((3, None), [3, 4]), ((None, 2), [1])])
def test_a_range_of_frames(chosen: tuple[int | None, int | None], expected: list[int]) -> None:
    assert [pair.truth for pair in pair_frames(frames(1, 2, 3, 4), frames(1, 2, 3, 4), chosen)] == expected


def test_single_frames_are_paired_whatever_their_numbers() -> None:
    assert pair_frames(frames(0), frames(23)) == [FramePair(0, 23, None)]


def test_only_labelled_planes_are_compared() -> None:
    truth = frames(3, planes=(1,))
    result = frames(3, plane=CASES["one missed"].labels)
    (pair,) = pair_frames(result, truth)
    overlap = compare_frame(result, truth, pair)
    assert pair.planes == (1,)
    np.testing.assert_array_equal(overlap.slices, [[16, 8, 8]])


def test_a_different_size_is_refused() -> None:
    with pytest.raises(ImageFormatError, match=r"frames of 3 x 4 x 10 voxels .* has 2 x 4 x 10; give"):
        pair_frames(frames(1, depth=3), frames(1))


def test_frames_missing_in_the_result_are_reported() -> None:
    with pytest.raises(CTCFormatError, match=r"for frames 2, 5-6 of .* only for 1, 3-4; segment"):
        pair_frames(frames(1, 3, 4), frames(1, 2, 3, 4, 5, 6))


def test_a_range_without_ground_truth_is_refused() -> None:
    with pytest.raises(CTCFormatError, match="no frame in the range; choose from frames 1-2"):
        pair_frames(frames(1, 2, 3), frames(1, 2), (3, None))


def test_planes_missing_in_the_result_are_reported() -> None:
    with pytest.raises(CTCFormatError, match="frame 1: no labels for planes 0 of the ground truth"):
        pair_frames(frames(1, planes=(1,)), frames(1))
