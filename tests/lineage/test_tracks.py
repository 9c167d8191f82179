from __future__ import annotations

import numpy as np
import pytest

from helpers.drawn.lineage import FRAMES, drawn_labels, drawn_tracks
from napari_devolearn.lineage.tracks import Track, Tracks


def test_two_children_are_a_division_and_one_child_is_a_gap() -> None:
    tracks = drawn_tracks()

    assert tracks.divisions() == (1,)
    assert tracks.gaps() == (3,)
    assert tracks.children(1) == (2, 3)
    assert tracks.children(4) == ()
    assert tracks.graph == {2: [1], 3: [1], 4: [3]}


@pytest.mark.parametrize("graph", [{2: [1], 3: 1, 4: np.array([3])}, {2: [1, 1], 3: [1], 4: [3]}])
def test_from_napari_reads_spans_and_parents_as_lists_or_numbers(graph) -> None:
    data = [
        (row.label, frame, 0.0, 1.0, 2.0)
        for row in drawn_tracks().rows
        for frame in range(row.begin, row.end + 1)
    ]
    assert Tracks.from_napari(np.array(data)[::-1], graph) == drawn_tracks()


def test_from_napari_refuses_a_merge() -> None:
    data = [(1, 0, 0, 0), (2, 0, 0, 0), (3, 1, 0, 0)]
    with pytest.raises(ValueError, match=r"track 3: several parents \[1, 2\]"):
        Tracks.from_napari(data, {3: [1, 2]})


def test_from_labels_takes_spans_without_parents() -> None:
    tracks = Tracks.from_labels(zip(FRAMES, drawn_labels(), strict=True))

    assert tracks == Tracks(tuple(row._replace(parent=0) for row in drawn_tracks().rows))


def test_from_labels_of_an_empty_movie_has_no_rows() -> None:
    assert Tracks.from_labels([(0, np.zeros((2, 2), np.uint8))]) == Tracks(())


def test_parents_without_a_track_have_no_children() -> None:
    assert Tracks((Track(5, 0, 1, 0),)).children(99) == ()
