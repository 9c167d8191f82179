from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest

from helpers.drawn.real_cells import FRAMES, small_embryo
from napari_devolearn.inference.model import Model
from napari_devolearn.lineage.tracks import Track, Tracks
from research.scores.tracking import (
    Drawing,
    between,
    frames_until,
    held_out,
    mean_scores,
    score_frames,
    score_windows,
)


def test_ground_truth_labels_are_linked_without_mistakes() -> None:
    scores = score_frames(Drawing(small_embryo()), range(FRAMES))
    assert scores["all"]["tra"] == scores["all"]["division_f1"] == 1
    assert scores["4..29"]["nuclei"] == 5


def test_predicted_labels_are_linked_and_stored(nucleus: Model, tmp_path: Path) -> None:
    drawing = Drawing(small_embryo(), nucleus, keep=tmp_path)
    scores = score_frames(drawing, range(4))
    assert scores["all"]["tra"] == 1
    assert len(list(tmp_path.glob("small-00?-1.tif"))) == 4
    assert score_frames(Drawing(small_embryo(), Mock(), keep=tmp_path), range(4)) == scores


def test_windows_end_with_enough_nuclei(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("research.scores.tracking.WINDOWS", (5, 30))
    scores = score_windows(Drawing(small_embryo()), range(FRAMES), 3)
    assert {name: one["frames"] for name, one in scores.items()} == {"5": 3}


def test_tracks_are_cut_to_a_window_without_earlier_mothers() -> None:
    tracks = Tracks((Track(1, 0, 3, 0), Track(2, 4, 9, 1), Track(3, 4, 9, 1)))
    assert between(tracks, [4, 5]).rows == (Track(2, 4, 5, 0), Track(3, 4, 5, 0))
    assert between(tracks, [2, 3, 4]).rows[1] == Track(2, 4, 4, 1)


def test_frames_end_with_the_first_that_has_enough_nuclei() -> None:
    assert frames_until(small_embryo(), 5) == [0, 1, 2, 3, 4]
    assert frames_until(small_embryo(), 190) == list(range(FRAMES))


def test_scores_are_averaged_over_embryos_that_have_them() -> None:
    embryo = small_embryo()
    assert len(held_out([embryo] * 7, 3)) == 3
    means = mean_scores({"a": {"all": {"tra": 1.0, "lnk": None}}, "b": {"all": {"tra": 0.5, "lnk": 0.25}}})
    assert means == {"all": {"tra": pytest.approx(0.75), "lnk": 0.25}}
