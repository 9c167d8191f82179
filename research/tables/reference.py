"""Make the counts of real embryos by age from EPIC's positions.

``python -m research.tables.reference positions.parquet -o reference.csv``
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Floats
from napari_devolearn.exceptions import ParameterError
from napari_devolearn.lineage.decoding.reference import Reference
from napari_devolearn.lineage.founders import FOUNDERS, founder

if TYPE_CHECKING:
    import pandas as pd

_STEP = 0.5
_Z, _PAIR = FOUNDERS.index("Z"), 2  # Z2 and Z3
_LEVELS = np.array([3, 6, 10, 20, 36, 70, 140, 270])
"""Totals in the middle of a wave of divisions, at which counts determine the age best."""


def make_reference(positions: pd.DataFrame) -> Reference:
    """Average the populations of many embryos on a common clock.

    Z is averaged over the embryos that name Z2 and Z3, from then on 2, because many embryos leave them
    unnamed, or name them for a while.

    The time of each embryo is stretched so that its total reaches 3, 6, 10, 20, .. at the same ages as the
    mean embryo: embryos grow at different temperatures, but the order of divisions is the same.

    `positions`: one row per nucleus and time, with the columns ``embryo``, ``time`` and ``cell``.
    Raises ParameterError if no embryo is followed from at most 4 nuclei to at least 300.
    """
    groups = population(positions).groupby("embryo", observed=True)
    curves = [rows[~_breaks_off(rows["total"].to_numpy())] for _, rows in groups if _is_whole(rows)]
    if not curves:
        raise ParameterError(
            "positions: no embryo is followed from at most 4 nuclei to 300 .. 420; use EPIC's positions"
        )
    passed = np.array([_passing_times(rows) for rows in curves])
    speed, clock = _common_clock(passed)
    age = np.arange(np.floor(clock[0]) - 16, clock[-1] + 40, _STEP)
    sampled = np.array(
        [
            _on_clock(rows, times, rate, clock, age)
            for rows, times, rate in zip(curves, passed, speed, strict=True)
        ]
    )
    sampled[:, :, _Z] = _born_pair(sampled[:, :, _Z])
    enough = np.isfinite(sampled[:, :, 0]).sum(axis=0) >= max(1, len(curves) // 8)
    sampled = sampled[:, enough]
    early, late = np.nanpercentile(sampled, (16, 84), axis=0)
    low = np.nanpercentile(sampled, 10, axis=0, method="lower")
    high = np.nanpercentile(sampled, 90, axis=0, method="higher")
    middle = np.where((sampled >= low) & (sampled <= high), sampled, np.nan)
    return Reference(age=age[enough], mean=np.nanmean(middle, axis=0), spread=(late - early) / 2)


def _born_pair(counts: Floats) -> Floats:
    """Counts of Z by embryo and age, (N, K), in which Z2 and Z3 do not vanish: they do not divide or die.

    Embryos that never name both are NaN, unless all are.
    """
    born = np.where(np.isnan(counts), np.nan, np.fmax.accumulate(counts, axis=1))
    named = np.nanmax(counts, axis=1, keepdims=True) >= _PAIR
    return np.where(named | ~named.any(), born, np.nan)


def _is_whole(rows: pd.DataFrame) -> bool:
    return bool(rows["total"].iloc[0] <= 4 and 300 <= rows["total"].max() <= 420)


def _breaks_off(total: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Frames after some nuclei are no longer followed, when the total falls by 5 %."""
    broken: npt.NDArray[np.bool_] = np.maximum.accumulate(total < 0.95 * np.maximum.accumulate(total))
    return broken


def _passing_times(rows: pd.DataFrame) -> Floats:
    """Time at which the total first reaches each level; NaN if before the first frame."""
    total, time = rows["total"].to_numpy(), rows["time"].to_numpy(np.float64)
    first = np.array([np.argmax(total >= level) for level in _LEVELS])
    return np.where(first > 0, time[first] - 0.5, np.nan)


def _common_clock(passed: Floats) -> tuple[Floats, Floats]:
    """Frames per minute of the common clock for each embryo, and the ages of the levels."""
    clock = np.nanmedian(passed - passed[:, 1:2], axis=0)
    speed = np.ones(len(passed))
    for _ in range(10):
        shift = np.zeros(len(passed))
        for i, times in enumerate(passed):
            known = np.isfinite(times)
            speed[i], shift[i] = np.polyfit(clock[known], times[known], 1)
        speed /= np.median(speed)
        clock = np.nanmedian((passed - shift[:, None]) / speed[:, None], axis=0)
        clock = clock - clock[0]
    return speed, clock


def _on_clock(rows: pd.DataFrame, passed: Floats, speed: float, clock: Floats, age: Floats) -> Floats:
    """Counts of one embryo at each age of the common clock; NaN where it was not followed."""
    known = np.isfinite(passed)
    times, ages = passed[known], clock[known]
    far = 1000.0
    times = np.concatenate([[times[0] - far * speed], times, [times[-1] + far * speed]])
    ages = np.concatenate([[ages[0] - far], ages, [ages[-1] + far]])
    when = np.interp(age, ages, times)
    time = rows["time"].to_numpy(np.float64)
    counts = [np.interp(when, time, rows[name], left=np.nan, right=np.nan) for name in FOUNDERS]
    return np.stack(counts, axis=1)


def write_reference(reference: Reference, path: Path) -> None:
    """Write a reference as CSV, one row per age."""
    names = ["age", *FOUNDERS, *(f"{name}_spread" for name in FOUNDERS)]
    values = np.column_stack([reference.age, reference.mean, reference.spread])
    lines = [",".join(names), *(",".join(f"{value:.4g}" for value in row) for row in values)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the shipped table, from the path of ``positions.parquet`` on the command line."""
    import pandas as pd

    parser = argparse.ArgumentParser(description="Make the reference of counts by age from EPIC's positions.")
    parser.add_argument("positions", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("reference.csv"))
    given = parser.parse_args(arguments)
    write_reference(make_reference(pd.read_parquet(given.positions)), given.output)


def population(positions: pd.DataFrame) -> pd.DataFrame:
    """Counts of each founder lineage over time.

    `positions`: one row per nucleus and time, with the columns ``embryo``, ``time`` and ``cell``.
    Columns of the result: embryo, time, AB, E, MS, P, C, D, Z, total; total includes unnamed nuclei.
    """
    lineages = {name: founder(name) or "unnamed" for name in positions["cell"].unique()}
    table = positions[["embryo", "time"]].assign(founder=positions["cell"].astype(str).map(lineages))
    counts = table.groupby(["embryo", "time", "founder"], observed=True).size().unstack(fill_value=0)
    counts = counts.reindex(columns=[*FOUNDERS, "unnamed"], fill_value=0)
    counts["total"] = counts.sum(axis=1)
    counts.columns.name = None
    return counts.drop(columns="unnamed").reset_index()


if __name__ == "__main__":
    main()
