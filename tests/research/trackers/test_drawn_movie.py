from __future__ import annotations

import numpy as np

from helpers.drawn.real_cells import DIVIDES, FRAMES, small_embryo
from napari_devolearn.lineage.tracks import Track, Tracks
from research.trackers.drawn_movie import iter_drawn, true_tracks

# labels by name: ABa 1, ABp 2, E 3, EMS 4, MS 5, P2 6


def test_tracks_follow_the_cells_and_have_their_mothers() -> None:
    tracks = true_tracks(small_embryo(), range(FRAMES))
    assert tracks.rows[2] == Track(3, DIVIDES, FRAMES - 1, 4)
    assert tracks.rows[3] == Track(4, 0, DIVIDES - 1, 0)
    assert tracks.divisions() == (4,)


def test_labels_drawn_agree_with_the_tracks_and_lie_in_one_field() -> None:
    frames = range(2, 6)
    drawn = list(iter_drawn(small_embryo(), frames))
    assert len({one.image.shape for one in drawn}) == 1
    seen = Tracks.from_labels(enumerate(one.truth for one in drawn))
    assert [row[:3] for row in seen.rows] == [row[:3] for row in true_tracks(small_embryo(), frames).rows]


def test_a_nucleus_that_divides_is_a_bright_plate_across_the_axis() -> None:
    early, late = iter_drawn(small_embryo(), [0, DIVIDES - 1], noise=0)
    width = [np.ptp(np.nonzero(one.truth == 4)[2]) for one in (early, late)]
    assert width[1] < 0.5 * width[0]
    assert late.image[late.truth == 4].mean() > early.image[early.truth == 4].mean()


def test_a_mother_without_frames_is_replaced_by_her_own_mother() -> None:
    tracks = true_tracks(small_embryo(), [5, 6])
    assert {row.parent for row in tracks.rows} == {0}
