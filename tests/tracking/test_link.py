from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import napari_devolearn as nd
from helpers.drawn.movies import discs, dividing
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.ctc.tracktable import mask_problems, table_problems
from napari_devolearn.lineage.tracks import Presence, Track, Tracks, note_labels
from napari_devolearn.simulate.embryo import SimulatedEmbryo


def problems(labels: np.ndarray, tracks: Tracks) -> list[str]:
    presence: Presence = {}
    for t, frame in enumerate(labels):
        note_labels(presence, t, frame)
    return table_problems([("row", row) for row in tracks.rows]) + mask_problems(
        tracks, presence, range(len(labels))
    )


def still(frames: int = 8) -> list[dict[int, tuple[float, float]]]:
    """Two nuclei that do not move."""
    return [{1: (10.0, 10.0), 2: (10.0, 17.0)} for _ in range(frames)]


def test_changing_labels_become_tracks_with_a_division() -> None:
    labels, tracks = nd.link(dividing())
    lives = sorted((row.begin, row.end) for row in tracks.rows)
    assert lives == [(0, 5), (0, 11), (6, 11), (6, 11)]
    (mother,) = tracks.divisions()
    assert tracks.children(mother) == tuple(row.label for row in tracks.rows if row.begin == 6)
    assert (labels > 0).sum() == (dividing() > 0).sum()
    assert not problems(labels, tracks)


def test_a_simulated_embryo_with_changing_labels(tiny_embryo: SimulatedEmbryo) -> None:
    """It has three nuclei; one of them divides after the second frame."""
    truth = tiny_embryo.labels[:2]
    rng = np.random.default_rng(0)
    jumping = np.stack([np.append(0, 1 + rng.permutation(99))[frame] for frame in truth])
    labels, tracks = nd.link(jumping, voxel_size=tiny_embryo.voxel_size)
    assert [row[1:] for row in tracks.rows] == [(0, 1, 0)] * 3
    of_truth = dict(zip(truth.flat, labels.flat, strict=True))
    np.testing.assert_array_equal(np.vectorize(of_truth.get)(truth), labels)
    assert not problems(labels, tracks)


def test_a_gap_is_filled_at_the_interpolated_position() -> None:
    frames = still()
    del frames[4][2]
    labels, tracks = nd.link(discs(frames))
    assert [row[:3] for row in tracks.rows] == [(1, 0, 7), (2, 0, 7)]
    assert labels[4, 10, 17] == labels[3, 10, 17]
    drawn = (labels[4] == labels[3, 10, 17]).sum()
    assert 0.6 < drawn / (labels[3] == labels[3, 10, 17]).sum() < 1.5


def test_an_unfilled_gap_is_a_parent_with_one_child() -> None:
    frames = still()
    del frames[4][2]
    labels, tracks = nd.link(discs(frames), params=nd.LinkParams(fill_gaps=False))
    (gap,) = tracks.gaps()
    assert labels[4, 10, 17] == 0
    assert not tracks.divisions()
    assert tracks.children(gap) == (labels[5, 10, 17],)
    assert not problems(labels, tracks)


def test_a_label_covering_two_nuclei_is_split() -> None:
    movie = discs(still())
    movie[4][movie[4] > 0] = 9
    labels, tracks = nd.link(movie)
    assert [row[:3] for row in tracks.rows] == [(1, 0, 7), (2, 0, 7)]
    np.testing.assert_array_equal(labels[4], labels[3])


def test_a_speck_is_removed_or_kept_on_request() -> None:
    frames = still()
    frames[3][3] = (33.0, 33.0)
    labels, tracks = nd.link(discs(frames))
    assert len(tracks.rows) == 2
    assert labels[3, 33, 33] == 0
    labels, tracks = nd.link(discs(frames), params=nd.LinkParams(min_track_length=1))
    assert len(tracks.rows) == 3
    assert labels[3, 33, 33] > 0


def test_an_empty_frame_in_the_middle_is_bridged() -> None:
    frames = still()
    frames[4].clear()
    labels, tracks = nd.link(discs(frames))
    assert [row[:3] for row in tracks.rows] == [(1, 0, 7), (2, 0, 7)]
    assert len(np.unique(labels[4])) == 3


def test_a_movie_without_any_object_has_no_tracks() -> None:
    labels, tracks = nd.link(np.zeros((3, 4, 8, 8), np.uint8))
    assert tracks.rows == ()
    assert not labels.any()


def test_tracks_carry_the_frame_numbers_of_a_stack(tiny_embryo: SimulatedEmbryo) -> None:
    frames = tuple(range(20, 20 + len(tiny_embryo.labels)))
    stack = Stack(
        data=tiny_embryo.labels,
        name="labels",
        source=Path("labels.tif"),
        voxel_size=tiny_embryo.voxel_size,
        calibration="simulated",
        frame_interval=1.0,
        frames=frames,
    )
    assert {row.begin for row in nd.link(stack).tracks.rows} >= {20}


def test_other_inputs_are_refused() -> None:
    for labels, complaint in (
        (np.ones((1, 4, 8, 8), np.uint8), "only one frame"),
        (np.ones((8, 8), np.uint8), r"shape \(8, 8\)"),
        (np.ones((3, 8, 8)), "integers"),
        (np.full((3, 8, 8), -1), "frame 0: negative label -1"),
    ):
        with pytest.raises(ImageFormatError, match=complaint):
            nd.link(labels)


def test_rows_are_sorted_after_a_track_ends() -> None:
    frames = [*still(8), *({1: (10.0, 10.0)} for _ in range(8))]
    _, tracks = nd.link(discs(frames))
    assert tracks.rows == (Track(1, 0, 15, 0), Track(2, 0, 7, 0))


def test_cells_continue_through_a_missing_frame(tmp_path: Path) -> None:
    movie = discs(still())[:, None]
    movie[3] = 0
    frames = tuple(range(10, 10 + len(movie)))
    stack = Stack(data=movie, name="m", source=tmp_path, frames=frames, missing=frozenset({13}))
    labels, tracks = nd.link(stack)
    assert labels.shape == movie.shape
    assert not labels[3].any()
    assert {(row.begin, row.end, row.parent) for row in tracks.rows} == {(10, 10 + len(movie) - 1, 0)}
