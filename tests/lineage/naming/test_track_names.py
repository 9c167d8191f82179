from __future__ import annotations

import numpy as np
import pytest

from helpers.drawn.named_embryo import average_embryo
from napari_devolearn.lineage.founders import FOUNDERS
from napari_devolearn.lineage.naming.named_counts import counts_of_tracks
from napari_devolearn.lineage.naming.seeds import known_names
from napari_devolearn.lineage.naming.sulston import load_sulston
from napari_devolearn.lineage.naming.track_names import Name, Places, name_tracks
from napari_devolearn.lineage.tracks import Track, Tracks

SULSTON = load_sulston()


@pytest.mark.parametrize("begin", [25, 45], ids=["4 cells", "about 15 cells"])
def test_every_cell_is_named(begin: float) -> None:
    tracks, places, true = average_embryo(SULSTON, begin, 80)
    names = name_tracks(tracks, places, known_names(tracks, places, SULSTON), SULSTON)
    named = {label: name.name for label, name in names.items()}
    wrong = {true[label]: named.get(label) for label in true if named.get(label) != true[label]}
    assert len(wrong) <= 0.05 * len(true), wrong


def test_divisions_are_compared_in_minutes() -> None:
    tracks, places, true = average_embryo(SULSTON, 45, 80)
    rng = np.random.default_rng(4)
    slow = Tracks(tuple(row._replace(begin=4 * row.begin, end=4 * row.end) for row in tracks.rows))
    centers = {
        label: {4 * t: at + rng.normal(0, 4, 3) for t, at in there.items()}
        for label, there in places.centers.items()
    }
    known, unknown = (known_names(slow, Places(centers, minutes), SULSTON) for minutes in (0.25, 1.0))
    assert all(true[label] == name for label, name in known.items())
    assert any(true[label] != name for label, name in unknown.items())


def test_correcting_a_name_corrects_its_descendants() -> None:
    tracks, places, true = average_embryo(SULSTON, 25, 80)
    label = {cell: number for number, cell in true.items()}
    known = {label[cell]: cell for cell in ("ABa", "ABp", "EMS", "P2")}
    names = name_tracks(tracks, places, known | {label["ABal"]: "ABar"}, SULSTON)
    assert names[label["ABal"]] == Name("ABar", 1.0, given=True)
    assert names[label["ABar"]].name == "ABal"
    assert {names[label["ABala"]].name, names[label["ABalp"]].name} == {"ABara", "ABarp"}


@pytest.mark.parametrize("begin", [25, 45], ids=["4 cells", "about 15 cells"])
def test_a_manual_name_constrains_the_others(begin: float) -> None:
    """A wrong manual name is kept and used for no other track, and the others are still named."""
    tracks, places, _ = average_embryo(SULSTON, begin, 80)
    free = known_names(tracks, places, SULSTON)
    one, other = sorted(free)[:2]
    known = known_names(tracks, places, SULSTON, {one: free[other]})
    assert known[one] == free[other]
    assert [track for track, name in known.items() if name == free[other]] == [one]
    assert known.keys() == free.keys()
    assert known_names(tracks, places, SULSTON, {one: free[one]}) == free


def test_a_manually_named_descendant_determines_its_ancestor() -> None:
    tracks, places, true = average_embryo(SULSTON, 25, 80)
    label = {cell: number for number, cell in true.items()}
    known = known_names(tracks, places, SULSTON, {label["ABala"]: "ABpla"})
    assert known[label["ABa"]] == "ABp"
    assert known[label["ABp"]] == "ABa"


def test_confidence_never_increases_towards_descendants() -> None:
    tracks, places, _ = average_embryo(SULSTON, 25, 80)
    names = name_tracks(tracks, places, known_names(tracks, places, SULSTON), SULSTON)
    for row in tracks.rows:
        if row.parent in names and row.label in names:
            assert names[row.label].confidence <= names[row.parent].confidence
    assert min(name.confidence for name in names.values()) >= 0.25


def test_names_continue_over_gaps_but_not_from_unnamed_mothers() -> None:
    tracks = Tracks(
        (Track(1, 0, 3, 0), Track(2, 5, 9, 1), Track(3, 0, 4, 0), Track(4, 5, 9, 3), Track(5, 5, 9, 3))
    )
    places = Places.from_points(
        np.array(
            [[row.label, t, 0, row.label, t] for row in tracks.rows for t in range(row.begin, row.end + 1)],
            float,
        )
    )
    names = name_tracks(tracks, places, {1: "E"}, SULSTON)
    assert names == {1: Name("E", 1.0, given=True), 2: Name("E", 1.0)}


def test_counts_of_named_tracks() -> None:
    tracks = Tracks((Track(1, 2, 4, 0), Track(2, 5, 6, 1), Track(3, 5, 6, 1), Track(4, 3, 3, 0)))
    counts = counts_of_tracks(tracks, {1: Name("EMS"), 2: Name("MS"), 3: Name("E")})
    assert counts["frame"].tolist() == [2, 3, 4, 5, 6]
    assert counts["E"].tolist() == [1, 1, 1, 1, 1]
    assert counts["MS"].tolist() == [0, 0, 0, 1, 1]
    assert counts["total"].tolist() == [1, 2, 1, 2, 2]
    assert list(counts_of_tracks(Tracks(()), {})) == ["frame", *FOUNDERS, "total"]
