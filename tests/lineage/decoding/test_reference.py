"""The reference of counts by age: the shipped table, and its making from embryos of two speeds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from napari_devolearn.lineage.decoding.reference import load_reference, make_reference, write_reference


def positions(minutes_a_frame: float, name: str) -> pd.DataFrame:
    """AB alone divides, all its cells at once: 2 cells for 10 min, then 3, 5, .. 350."""
    rows = []
    for frame in range(int(100 / minutes_a_frame)):
        doublings = int(frame * minutes_a_frame // 10)
        names = [f"AB{'a' * i}" for i in range(1, 2**doublings)] + ["AB", "P1"]
        rows += [(cell, frame, name) for cell in names[:350]]
    return pd.DataFrame(rows, columns=["cell", "time", "embryo"])


def test_shipped_reference_holds_the_known_stages() -> None:
    reference = load_reference()
    assert (np.diff(reference.age) > 0).all()
    four = np.rint(reference.counts_at([4.0])[0])
    assert four.tolist() == [2, 1, 0, 1, 0, 0, 0]  # ABa, ABp, EMS, P2
    total = reference.mean.sum(axis=1)
    assert total.min() < 2.5
    assert total.max() > 350
    assert (reference.spread >= 0).all()


def test_embryos_of_different_speed_fall_on_one_clock() -> None:
    table = pd.concat([positions(0.5, "slow"), positions(0.25, "slower")])
    reference = make_reference(table)
    steady = (reference.mean[:, 0] > 2) & (reference.mean[:, 0] < 129)
    assert reference.spread[steady, 0].mean() < 0.05 * reference.mean[steady, 0].mean()


def test_no_whole_embryo_is_said() -> None:
    with pytest.raises(ValueError, match="positions: no embryo goes from at most 4 nuclei"):
        make_reference(positions(0.5, "short").query("time < 60"))


def test_written_table_reads_back(tmp_path: Path) -> None:
    reference = load_reference()
    write_reference(reference, tmp_path / "again.csv")
    read = np.loadtxt(tmp_path / "again.csv", delimiter=",", skiprows=1)
    np.testing.assert_allclose(read[:, 1:8], reference.mean, rtol=1e-3, atol=1e-3)
