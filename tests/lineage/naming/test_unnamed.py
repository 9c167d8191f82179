from __future__ import annotations

import numpy as np
import pytest

from helpers.drawn.named_embryo import average_embryo
from napari_devolearn.lineage.naming.seeds import known_names
from napari_devolearn.lineage.naming.sulston import load_sulston
from napari_devolearn.lineage.naming.track_names import Places, name_tracks
from napari_devolearn.lineage.naming.unnamed import _assigned, name_all_tracks
from napari_devolearn.lineage.tracks import Track, Tracks

SULSTON = load_sulston()


def without_daughters(tracks: Tracks, mother: int) -> Tracks:
    """A missed division: the tracks of both daughters have no parent."""
    return Tracks(tuple(row._replace(parent=0) if row.parent == mother else row for row in tracks.rows))


def test_names_below_a_missed_division_have_less_confidence() -> None:
    tracks, places, true = average_embryo(SULSTON, 25, 80)
    label = {cell: number for number, cell in true.items()}
    broken = without_daughters(tracks, label["P2"])
    known = known_names(tracks, places, SULSTON)
    assert label["C"] not in name_tracks(broken, places, known, SULSTON)
    names = name_all_tracks(broken, places, known, SULSTON)
    assert (names[label["C"]].name, names[label["C"]].confidence) == ("C", 0.5)
    assert {names[label[cell]].name for cell in ("Ca", "Cp")} == {"Ca", "Cp"}
    assert names[label["Ca"]].confidence <= 0.5
    whole = name_tracks(tracks, places, known, SULSTON)
    assert {k: name.name for k, name in names.items()} == {k: name.name for k, name in whole.items()}
    assert name_all_tracks(tracks, places, known, SULSTON) == whole


def test_distant_or_short_tracks_are_not_named() -> None:
    tracks, places, true = average_embryo(SULSTON, 25, 80)
    label = {cell: number for number, cell in true.items()}
    broken = without_daughters(tracks, label["P2"])
    known = known_names(tracks, places, SULSTON)
    moved = dict(places.centers)
    moved[label["C"]] = {t: at + 40 for t, at in places.centers[label["C"]].items()}
    assert label["C"] not in name_all_tracks(broken, Places(moved), known, SULSTON)
    begin = next(row.begin for row in tracks.rows if row.label == label["C"])
    speck = Track(max(true) + 1, begin, begin + 1, 0)
    there = {t: np.zeros(3) for t in (begin, begin + 1)}
    with_speck = Tracks((*tracks.rows, speck))
    names = name_all_tracks(with_speck, Places({**places.centers, speck.label: there}), known, SULSTON)
    assert speck.label not in names


@pytest.mark.parametrize(("next_one", "cell"), [(2.8, None), (3.2, "C")])
def test_an_ambiguous_track_is_not_named(next_one: float, cell: str | None) -> None:
    away = np.array([[next_one, 2.0, 8.0]])  # um, of one track to three cells
    assert _assigned(away, 0, ["D", "C", "E"], farthest=5.0) == cell
