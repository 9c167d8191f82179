from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from helpers.drawn.real_cells import FRAMES, small_embryo
from napari_devolearn.io.ctc.ctc_result import write_ctc
from napari_devolearn.tracking.params import LinkParams
from research.scores.tracking import Drawing, labelled
from research.trackers.compare_trackers import Movie, iter_true, main, renumbered, score_tracker
from research.trackers.drawn_movie import VOXEL, true_tracks


def drawn() -> Movie:
    """The true labels of the small embryo, with different numbers in each frame."""
    truth = labelled(Drawing(small_embryo()), range(FRAMES))[1]
    return Movie(renumbered(truth), truth, true_tracks(small_embryo(), range(FRAMES)), VOXEL, LinkParams())


@pytest.mark.parametrize("tracker", ["ours", "laptrack"])
def test_ground_truth_labels_are_linked_whatever_their_numbers(tracker: str) -> None:
    movie = drawn()
    assert any((a != b).any() for a, b in zip(movie.labels, movie.truth, strict=True))
    scores = score_tracker(tracker, movie)
    assert scores["tra"] == scores["lnk"] == 1
    assert scores["seconds"] is not None


def test_ground_truth_masks_need_their_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    movie = drawn()
    write_ctc(tmp_path / "true", movie.truth, movie.tracks, voxel_size=VOXEL)
    ((_, _, read),) = iter_true(tmp_path / "true")
    assert read.tracks.rows == movie.tracks.rows
    assert np.array_equal(np.unique(read.labels[0]).size, np.unique(movie.truth[0]).size)
    monkeypatch.setattr(sys, "argv", ["compare", "--trackers", "ours", "--truth", str(tmp_path / "true")])
    main()
    assert '"division_f1": 1.0' in capsys.readouterr().out
    (tmp_path / "true" / "res_track.txt").unlink()
    with pytest.raises(FileNotFoundError, match="no track table"):
        next(iter_true(tmp_path / "true"))
