from __future__ import annotations

import numpy as np
import pytest

import napari_devolearn as nd
from helpers.real_data import DATA, needs_data
from napari_devolearn.evaluation.overlap import overlap_of
from napari_devolearn.evaluation.tracking import tracking_scores
from napari_devolearn.lineage.tracks import Track, Tracks

_FOLDER = "hela_dic_ctc/01_GT/SEG"

ROWS = (
    (1, 0, 29, 0), (3, 30, 39, 1), (4, 30, 39, 1), (5, 0, 39, 0), (7, 0, 35, 0), (8, 36, 39, 7),
    (10, 36, 39, 7), (15, 0, 21, 0), (16, 22, 39, 15), (18, 22, 39, 15),
    (19, 0, 10, 0), (21, 11, 39, 19), (22, 11, 39, 19),
    (27, 0, 39, 0), (32, 0, 39, 0), (34, 0, 33, 0), (54, 38, 38, 0),
    # 11 and 23 are missed in frames 28 and 36, which the challenge writes as tracks with one child
    (11, 0, 27, 0), (101, 29, 35, 11), (102, 37, 39, 101),
    (23, 0, 27, 0), (103, 29, 35, 23), (104, 37, 39, 103),
)  # fmt: skip
"""Label, first and last frame of each id in the masks; mothers, where one ends and two begin beside it."""


def true_movie() -> np.ndarray:
    """(40, 512, 512), with the labels of `ROWS`."""
    movie = np.asarray(nd.read_labels(DATA / _FOLDER).data)[:, 0].astype(np.uint16)
    for label, begin, end, _ in ROWS:
        if label > 100:
            old = {101: 11, 102: 11, 103: 23, 104: 23}[label]
            movie[begin : end + 1][movie[begin : end + 1] == old] = label
    return movie


@needs_data(_FOLDER)
def test_real_cells_are_linked_correctly() -> None:
    movie = true_movie()
    true = Tracks(tuple(Track(*row) for row in sorted(ROWS)))
    rng = np.random.default_rng(0)
    jumping = np.stack([np.append(0, 1 + rng.permutation(200))[frame] for frame in movie])
    labels, tracks = nd.link(jumping, params=nd.LinkParams(fill_gaps=False, min_track_length=1))
    overlaps = {t: overlap_of(*both) for t, both in enumerate(zip(labels, movie, strict=True))}
    scores = tracking_scores(overlaps, tracks, true)
    assert scores["tra"] == pytest.approx(1, abs=0.001)
    assert scores["division_recall"] == 1
