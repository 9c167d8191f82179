"""Centroids: the mean position of each object, under its frame number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drawn_lineage import FRAMES, drawn_labels
from napari_devolearn.io.centroids import centroids
from napari_devolearn.io.stack import Stack

DRAWN = [
    (1, 7, 0.5, 1.5, 1),
    (1, 8, 0.5, 1.5, 1),
    (2, 9, 0.5, 1.5, 3),
    (2, 10, 0.5, 1.5, 3),
    (2, 11, 0.5, 1.5, 3),
    (3, 9, 0.5, 4.5, 6),
    (4, 11, 0.5, 4.5, 6),
]


@pytest.mark.parametrize("far", [0, 3_000_000_000], ids=["few labels", "labels too far apart to count by"])
def test_centres_are_sorted_by_label_and_carry_the_frame_number(far: int) -> None:
    labels = drawn_labels().astype(np.uint32)
    labels[labels > 0] += far
    found = centroids(Stack(data=labels, name="", source=Path(), frames=FRAMES))

    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, np.add(DRAWN, (far, 0, 0, 0, 0)))


def test_an_array_is_numbered_from_0(tmp_path: Path) -> None:
    np.testing.assert_array_equal(centroids(drawn_labels()), np.subtract(DRAWN, (0, 7, 0, 0, 0)))


def test_no_object_gives_no_row() -> None:
    assert centroids(np.zeros((2, 1, 4, 4), np.uint16)).shape == (0, 5)
