from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.drawn.populations import drawn_populations
from napari_devolearn.lineage.populations import SERIES, populations_from_counts, populations_from_table


def test_time_is_in_minutes_where_known() -> None:
    assert drawn_populations(3).time.tolist() == [0, 1, 2]
    assert drawn_populations(3, minutes=1.5).time.tolist() == [0, 1.5, 3]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("counts", np.zeros((3, 7)), r"counts is \(3, 7\), not \(3, 8\)"),
        ("trusted", np.ones(2, bool), r"trusted is \(2,\)"),
        ("measured", np.ones(4, bool), r"measured is \(4,\)"),
        ("raw", np.zeros((2, 8)), r"raw is \(2, 8\)"),
        ("age", np.zeros(4), r"age is \(4,\)"),
        ("frame", np.array([0, 2, 2]), "is not ascending"),
        ("source", "guess", "source 'guess' is not one of"),
    ],
)
def test_mismatching_arrays_are_reported(field: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        drawn_populations(3, **{field: value})


def test_a_table_gives_the_decoded_or_raw_counts() -> None:
    table = pd.DataFrame(
        {"frame": [4, 5], "trusted": [True, False], "measured": [True, False], "age": [1.0, 2.0]}
    )
    for place, name in enumerate(SERIES):
        table[name], table[f"raw_{name}"] = place, 10 + place
    decoded = populations_from_table(table, "m")
    alone = populations_from_table(table, "m", decoded=False)
    assert decoded.counts[0].tolist() == list(range(8))
    assert decoded.raw is not None
    assert decoded.measured is not None
    assert decoded.measured.tolist() == [True, False]
    assert decoded.raw[0, 0] == 10
    assert (alone.counts[0, 0], alone.raw) == (10, None)
    assert decoded.row_of(5) == 1
    assert decoded.row_of(6) is None


def test_counts_of_tracks_need_only_the_lineages() -> None:
    table = pd.DataFrame({"frame": [4, 5], **{name: [1, 2] for name in SERIES[:-1]}})
    tracks = populations_from_counts(table, "named")
    assert (tracks.source, tracks.raw, tracks.trusted) == ("tracks", None, None)
    assert tracks.counts[:, -1].tolist() == [7, 14]
    devolearns = populations_from_counts(table.rename(columns={"AB": "A", "MS": "M"}), "named")
    assert devolearns.counts.tolist() == tracks.counts.tolist()
    with_unnamed = populations_from_counts(table.assign(total=[9, 15]), "named")
    assert with_unnamed.counts[:, -1].tolist() == [9, 15]
    with pytest.raises(ValueError, match="counts of named: no column E, Z; name them frame, AB"):
        populations_from_counts(table.drop(columns=["E", "Z"]), "named")
