from __future__ import annotations

import pytest

from helpers.drawn.real_cells import FRAMES, small_embryo
from research.scores.names import (
    NamedNucleus,
    iter_named,
    iter_named_found,
    mean_shares,
    shares,
)
from research.scores.tracking import Drawing


def test_shares_are_counted_by_stage_and_without_unnamed_nuclei() -> None:
    seen = [
        NamedNucleus("ABal", "ABal", 4),
        NamedNucleus("ABar", "ABal", 4),
        NamedNucleus("MS", "", 4),
        NamedNucleus("Nuc1", "", 4),
    ]
    found = shares([*seen, NamedNucleus("E", "E", 10)])
    assert found["4..8"] == {"founder": pytest.approx(2 / 3), "name": pytest.approx(1 / 3)}
    assert found["9..15"] == {"founder": 1, "name": 1}
    means = mean_shares({"a": found, "b": {"4..8": {"founder": 1.0, "name": 1.0}}})
    assert means["4..8"] == {"founder": 0.833, "founder_least": 0.667, "name": 0.667, "name_least": 0.333}


def test_every_nucleus_of_each_frame_is_scored_once() -> None:
    true = list(iter_named(small_embryo(), range(FRAMES), 0.0))
    found = list(iter_named_found(Drawing(small_embryo()), range(FRAMES)))
    assert len(true) == len(found) == 4 * 4 + 4 * 5
    assert sorted(one.cell for one in true) == sorted(one.cell for one in found)
    assert all(one.name for one in true)
