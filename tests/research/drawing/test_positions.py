from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from research.drawing.positions import read_embryos

pytest.importorskip("pyarrow")


def rows(embryo: str, unnamed: int = 300) -> list[tuple[str, int, float, float, float, float, str]]:
    """AB divides along x between times 1 and 2; at time 3 there are many unnamed nuclei more.

    ::

        time 1   AB . . P1      time 2   ABa . ABp P1      time 3   ABa . ABp P1 Nuc1 ..
    """
    first = [("AB", 1, 10, 100, 200, 80, embryo), ("P1", 1, 10, 400, 200, 60, embryo)]
    second = [("ABa", 2, 10, 50, 200, 60, embryo), ("ABp", 2, 10, 150, 200, 60, embryo)]
    second.append(("P1", 2, 10, 400, 200, 60, embryo))
    third = [(name, 3, *rest) for name, _, *rest in second]
    third += [(f"Nuc{i}", 3, 10, 300, 200, 30, embryo) for i in range(unnamed)]
    return first + second + third  # type: ignore[return-value]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Embryo "whole" as above, and "short", which is not followed to 300 nuclei."""
    columns = ["cell", "time", "z", "x", "y", "size", "embryo"]
    path = tmp_path / "positions.parquet"
    pd.DataFrame(rows("whole") + rows("short", 5), columns=columns).to_parquet(path)
    return path


def test_whole_embryos_are_read_in_um_with_their_counts(table: Path) -> None:
    (embryo,) = read_embryos(table)
    assert embryo.name == "whole"
    assert embryo.times.tolist() == [1, 2, 3]
    assert embryo.counts[:, [0, 3]].tolist() == [[1, 1], [2, 1], [2, 1]]
    assert [len(frame) for frame in embryo.frames] == [2, 3, 303]
    np.testing.assert_allclose(embryo.frames[0].position[0], [10, 18, 9])
    np.testing.assert_allclose(embryo.frames[0].diameter[0], 7.2, rtol=1e-6)


def test_divisions_are_known_before_and_after(table: Path) -> None:
    before, after, _ = read_embryos(table)[0].frames
    assert before.to_division[0] == 0
    assert after.since_birth[0] == 0
    np.testing.assert_allclose(np.abs(before.axis[0]), [0, 0, 1], atol=1e-6)  # along x
    assert before.to_division[1] > 50  # P1 does not divide here
    assert after.since_birth[2] > 50


def test_frames_after_nuclei_are_lost_are_left_out(tmp_path: Path) -> None:
    columns = ["cell", "time", "z", "x", "y", "size", "embryo"]
    lost = [(name, 4, *rest) for name, time, *rest in rows("whole") if time == 2]
    pd.DataFrame(rows("whole") + lost, columns=columns).to_parquet(tmp_path / "lost.parquet")
    assert read_embryos(tmp_path / "lost.parquet")[0].times.tolist() == [1, 2, 3]
