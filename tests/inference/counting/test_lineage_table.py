from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.inference.counting.lineage_table import FrameCounts, counts_table
from napari_devolearn.lineage.decoding.reference import load_reference
from napari_devolearn.lineage.founders import FOUNDERS

AGES = np.arange(0, 120, 2.0)


def frames(ages: np.ndarray = AGES) -> list[FrameCounts]:
    """Counts of the mean real embryo, a tenth wrong, as frames of a movie."""
    counts = load_reference().counts_at(ages)
    counts = counts * np.random.default_rng(0).normal(1, 0.1, counts.shape)
    return [FrameCounts(t, row, trusted=True) for t, row in enumerate(counts)]


def test_frames_are_decoded_to_whole_cells_that_add_up() -> None:
    table = counts_table(frames())
    true = np.rint(load_reference().counts_at(AGES)).sum(axis=1)
    own, together = (np.abs(table[name] - true).mean() for name in ("raw_total", "total"))
    assert together < 0.5 * own
    assert (table["total"] == table[list(FOUNDERS)].sum(axis=1)).all()
    assert table["total"].is_monotonic_increasing
    assert table["trusted"].all()
    assert np.abs(table["age"] - AGES).max() < 3


@pytest.mark.parametrize(
    "ages", [AGES[::-1], np.random.default_rng(1).permutation(AGES), AGES[:7]], ids=["back", "mixed", "few"]
)
def test_frames_that_show_no_development_keep_their_own_counts(ages: np.ndarray) -> None:
    table = counts_table(frames(ages))
    assert (table["total"] == table["raw_total"]).all()
    assert table["age"].isna().all()


def test_frames_far_from_the_curve_and_older_than_the_reference_are_not_trusted() -> None:
    movie = frames(np.arange(60, 200, 2.0))
    movie[10] = movie[10]._replace(counts=movie[10].counts * 5)
    with pytest.warns(UserWarning, match=r"from frame [45][0-9] on, the embryo is older"):
        table = counts_table(movie)
    assert not table["trusted"][10]
    assert table["total"][10] == pytest.approx(table["total"][9], rel=0.1)
    assert table["trusted"][11:40].all()
    assert not table["trusted"][60:].any()


def test_frames_between_two_that_show_an_embryo_have_its_age_and_counts() -> None:
    movie = frames()
    lost = [*range(4), 20, *range(31, 36)]
    for t in lost:
        movie[t] = movie[t]._replace(counts=np.zeros(7), trusted=t == 20)  # the network may not doubt it
    table = counts_table(movie)
    assert table.index[~table["measured"]].tolist() == lost
    assert not table["trusted"][lost].any()
    assert table["total"][:4].tolist() == [0] * 4
    assert table["age"].isna().tolist() == [True] * 4 + [False] * (len(movie) - 4)
    assert table["total"][4:].is_monotonic_increasing
    assert table["age"][4:].is_monotonic_increasing
    assert np.abs(table["age"] - AGES)[31:36].max() < 3


@pytest.mark.parametrize("lost", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("noise", [0.1, 1.0], ids=["decoded", "too noisy to decode"])
def test_a_curve_is_continuous_between_measured_frames(lost: float, noise: float) -> None:
    rng = np.random.default_rng(5)
    movie = [one._replace(counts=one.counts * np.exp(rng.normal(0, noise, 7))) for one in frames()]
    for t in np.flatnonzero(rng.random(len(movie)) < lost):
        movie[t] = movie[t]._replace(counts=np.zeros(7), trusted=False)
    table = counts_table(movie)
    assert table["age"].notna().any() == (noise < 1)
    seen = np.flatnonzero(table["measured"])
    between = table.iloc[seen[0] : seen[-1] + 1]
    assert len(between) > len(seen)
    assert (between["total"] > 0).all()
    assert (between.loc[~between["measured"], "raw_total"] == 0).all()


def test_decoded_counts_are_possible_in_an_embryo() -> None:
    table = counts_table(frames())
    assert (table["Z"] == 2 * (table["P"] == 0)).all()
    assert set(table["Z"]) == {0, 2}


def test_empty_frames_have_no_cells() -> None:
    empty = FrameCounts(0, np.zeros(7), trusted=False)
    table = counts_table([empty, *(one._replace(frame=one.frame + 1) for one in frames())])
    assert table["total"][0] == 0
    assert np.isnan(table["age"][0])
    assert table["total"][1] > 0
    assert counts_table([])["total"].sum() == 0
