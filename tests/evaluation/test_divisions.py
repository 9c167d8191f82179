from __future__ import annotations

from drawn_movies import dividing
from napari_devolearn.evaluation.divisions import WrongDivisions, wrong_divisions
from napari_devolearn.evaluation.overlap import overlap_of
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.tracking.link import link

DIVIDING = link(dividing())
OVERLAPS = {5 + t: overlap_of(frame, frame) for t, frame in enumerate(DIVIDING.labels)}
TRUE = Tracks(tuple(row._replace(begin=row.begin + 5, end=row.end + 5) for row in DIVIDING.tracks.rows))
NO_PARENTS = Tracks(tuple(row._replace(parent=0) for row in TRUE.rows))
(MOTHER,) = TRUE.divisions()


def test_divisions_are_matched_false_negative_or_false_positive() -> None:
    assert wrong_divisions(OVERLAPS, TRUE, TRUE) == WrongDivisions((), ())
    assert wrong_divisions(OVERLAPS, NO_PARENTS, TRUE) == WrongDivisions((MOTHER,), ())
    assert wrong_divisions(OVERLAPS, TRUE, NO_PARENTS) == WrongDivisions((), (MOTHER,))


def test_divisions_with_different_daughters_do_not_match() -> None:
    """The drifting nucleus, which is not a daughter, replaces one of the true daughters."""
    daughters = TRUE.children(MOTHER)
    (other,) = {row.label for row in TRUE.rows} - {MOTHER, *daughters}
    rows = [row._replace(parent=0) if row.label == daughters[0] else row for row in TRUE.rows]
    cut = [row._replace(begin=11, parent=MOTHER) if row.label == other else row for row in rows]
    assert wrong_divisions(OVERLAPS, Tracks(tuple(cut)), TRUE) == WrongDivisions((MOTHER,), (MOTHER,))
