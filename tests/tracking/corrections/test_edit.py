from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import napari_devolearn as nd
from helpers.drawn.movies import discs, dividing
from napari_devolearn.io.ctc.tracktable import mask_problems, table_problems
from napari_devolearn.lineage.tracks import Presence, Track, note_labels
from napari_devolearn.tracking.corrections.edit import Corrections
from napari_devolearn.tracking.corrections.relink import relink
from napari_devolearn.tracking.corrections.tracked_labels import EditError


def problems(state: Corrections) -> list[str]:
    presence: Presence = {}
    for t, frame in enumerate(state.labels):
        note_labels(presence, t, frame)
    rows = [("row", row) for row in state.tracks.rows]
    return table_problems(rows) + mask_problems(state.tracks, presence, range(len(state.labels)))


@pytest.fixture
def state() -> Corrections:
    """Track 1 drifts through frames 0-11; 2 divides after frame 5 into 3 (left) and 4 (right)."""
    return Corrections(*nd.link(dividing()))


EDITS: dict[str, Callable[[Corrections], object]] = {
    "merge": lambda state: state.merge(8, 3, 4),
    "split": lambda state: state.split(3, 1, (28, 20), (33, 22)),
    "relabel": lambda state: state.relabel(8, 3, 77),
    "relabel at the end": lambda state: state.relabel(11, 3, 77),
    "unlink": lambda state: state.unlink(1, 4),
    "link": lambda state: state.link(2, 3),
    "remove a division": lambda state: state.remove_division(2),
    "name": lambda state: state.name(2, "ABal"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_each_edit_is_consistent_marked_and_undone(
    state: Corrections, edit: Callable[[Corrections], object]
) -> None:
    labels, tracks = state.labels.copy(), state.tracks
    edit(state)
    assert not problems(state)
    assert state.edited
    assert state.tracks != tracks or (state.labels != labels).any() or state.known
    state.undo_step()
    np.testing.assert_array_equal(state.labels, labels)
    assert (state.tracks, state.known, state.edited) == (tracks, {}, set())
    with pytest.raises(IndexError):
        state.undo_step()


def test_merging_within_a_track_leaves_a_gap(state: Corrections) -> None:
    state.merge(8, 3, 4)
    assert state.tracks.rows[3:] == (Track(4, 6, 7, 2), Track(5, 9, 11, 4))
    assert state.edited_frames == [8]


def test_splitting_gives_two_objects(state: Corrections) -> None:
    new = state.split(3, 1, (28, 20), (33, 22))
    assert (state.labels[3] == new).any()
    assert (state.labels[3] == 1).any()


def test_a_division_is_added_where_the_track_of_the_mother_continued(state: Corrections) -> None:
    state.remove_division(2)
    state.link(2, 3)
    one, other = state.add_division(2, (2, 4))
    assert not problems(state)
    assert set(state.tracks.children(2)) == {one, other}
    assert {row.begin for row in state.tracks.rows if row.parent == 2} == {6}


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (lambda state: state.merge(0, 1, 3), "label 3: not in frame 0"),
        (lambda state: state.split(3, 1, (0, 0), (39, 39)), "choose one point on each side"),
        (lambda state: state.relabel(8, 3, 4), "label 4: already in frame 8"),
        (lambda state: state.link(1, 3), "track 1: ends at frame [0-9]+, but track 3 begins at frame 6"),
        (lambda state: state.unlink(3, 6), "spans frames 6 to 11"),
        (lambda state: state.add_division(1, (3, 4)), "cut the mother first"),
        (lambda state: state.remove_division(1), "no daughters"),
        (lambda state: state.name(99, "AB"), "track 99: no such track"),
        (lambda state: state.name(1, "frog"), "name 'frog': not a cell name"),
        (lambda state: state.name(1, "ABxq"), "name 'ABxq': not a cell name"),
        (lambda state: state.name(1, ""), "track 1: no manual name to remove"),
    ],
)
def test_contradictory_edits_are_refused_and_change_nothing(
    state: Corrections, edit: Callable[[Corrections], object], complaint: str
) -> None:
    labels, tracks = state.labels.copy(), state.tracks
    with pytest.raises(EditError, match=complaint):
        edit(state)
    np.testing.assert_array_equal(state.labels, labels)
    assert state.tracks == tracks
    with pytest.raises(IndexError):
        state.undo_step()


def test_relinking_keeps_edited_tracks() -> None:
    frames = [{1: (10.0, 10.0), 2: (10.0, 25.0)} for _ in range(6)]
    state = Corrections(*nd.link(discs(frames)))
    state.unlink(1, 3)
    labels, tracks = relink(discs(frames), state)
    assert Track(1, 0, 2, 0) in tracks.rows
    assert Track(3, 3, 5, 0) in tracks.rows
    assert [row[1:] for row in tracks.rows if row.label > 3] == [(0, 5, 0)]
    np.testing.assert_array_equal(labels == 1, state.labels == 1)
    assert not problems(Corrections(labels, tracks))


def test_a_name_can_be_used_only_once(state: Corrections) -> None:
    state.name(1, "ABa")
    with pytest.raises(EditError, match="name 'ABa': already the name of track 1"):
        state.name(2, "ABa")
    state.name(1, "")
    state.name(2, "ABa")
    assert state.known == {2: "ABa"}


@pytest.mark.parametrize("corrected", [2, 3], ids=["mother", "daughter"])
def test_relinking_keeps_mothers_and_daughters_of_edited_tracks(corrected: int) -> None:
    """Only the mother, or only one daughter, of the drawn division was corrected."""
    labels, tracks = nd.link(dividing())
    assert tracks.divisions() == (2,)
    kept = Corrections(labels, tracks, edited={corrected})
    relinked = relink(dividing(), kept)
    (mother,) = relinked.tracks.divisions()
    daughters = relinked.tracks.children(mother)
    assert corrected in (mother, *daughters)
    rows = {row.label: row for row in relinked.tracks.rows}
    assert rows[mother][1:3] == (0, 5)
    assert [rows[one][1:3] for one in daughters] == [(6, 11)] * 2
