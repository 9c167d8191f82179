from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.drawn.mistakes import CASES, TRUTH
from napari_devolearn.evaluation.compare import FramePair
from napari_devolearn.evaluation.frames import LabelFrames
from napari_devolearn.evaluation.inspect import InspectedFrame, crops_of, inspect_frame
from napari_devolearn.evaluation.mistakes import KINDS


def frames(labels: np.ndarray) -> LabelFrames:
    """One frame, number 3, of two planes; the second is empty."""
    volume = np.stack([labels, labels * 0])
    return LabelFrames(source=Path(), shape=volume.shape, planes={3: None}, read=lambda _: volume)


def inspected(case: str) -> InspectedFrame:
    return inspect_frame(frames(CASES[case].labels), frames(TRUTH), FramePair(3, 3, None))


# kind, IoU, true and found of each row; labels of the crops by kind
EXPECTED = {
    "right, under other numbers": ([("", 1, 1, 7), ("", 1, 2, 1)], {}),
    "one missed": ([("false_negative", 0, 1, 0), ("", 1, 2, 2)], {"false_negative": [1]}),
    "one invented": ([("", 1, 1, 1), ("", 1, 2, 2), ("false_positive", 0, 0, 3)], {"false_positive": [3]}),
    "one split in two": ([("split", 0.5, 1, 3), ("", 1, 2, 2)], {"split": [1, 3]}),
    "two merged": ([("merged", 0.5, 1, 1), ("merged", 0.5, 2, 1)], {"merged": [1]}),
    "one too large": ([("misshapen", 0.4, 1, 1), ("", 1, 2, 2)], {"misshapen": [1]}),
}


@pytest.mark.parametrize(("case", "expected"), EXPECTED.items(), ids=EXPECTED)
def test_drawn_cases(
    case: str, expected: tuple[list[tuple[str, float, int, int]], dict[str, list[int]]]
) -> None:
    found = inspected(case)
    rows = [
        tuple(row)
        for row in found.objects[["kind", "iou", "ground_truth", "predicted"]].itertuples(index=False)
    ]
    assert rows == expected[0]
    crops = {kind: [crop.label for crop in found.crops[kind]] for kind in KINDS}
    assert crops == {kind: [] for kind in KINDS} | expected[1]


def test_crops_contain_the_objects() -> None:
    drawn = np.zeros((2, 4, 10), int)
    crops = inspected("one split in two").crops["split"]
    for crop in crops:
        drawn[crop.box][crop.mask] = crop.label
    np.testing.assert_array_equal(drawn[0], np.where(TRUTH == 1, CASES["one split in two"].labels, 0))
    assert not drawn[1].any()


def test_the_position_of_an_object_lies_in_it() -> None:
    """The centre of a ring is not in the ring."""
    ring = np.zeros((1, 9, 9), np.uint16)
    ring[0, 2:7, 2:7] = 65535
    ring[0, 3:6, 3:6] = 0
    crop = crops_of(ring, np.array([65535]))[65535]
    assert ring[crop.place] == 65535
    assert inspected("one missed").objects[["z", "y", "x"]].to_numpy().tolist() == [[0, 0, 2], [0, 0, 7]]


def test_an_empty_frame() -> None:
    found = inspect_frame(frames(TRUTH * 0), frames(TRUTH * 0), FramePair(3, 3, None))
    assert len(found.objects) == 0
    assert not any(found.crops.values())
