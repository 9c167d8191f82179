"""Make the average embryo for Sulston's names from EPIC's positions.

``python -m research.tables.sulston positions.parquet -o sulston.csv``
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from napari_devolearn.lineage.founders import mother
from napari_devolearn.lineage.naming.sulston import BORN, Sulston, fit_rotation
from research.tables.embryos import named_embryos

if TYPE_CHECKING:
    import pandas as pd

_ROUNDS = 4
_EARLY = 60


def make_sulston(positions: pd.DataFrame) -> Sulston:
    """Average many named embryos.

    Each is rotated so that its cells, up to the 60-cell stage, fit those of the average; the average is then
    computed again, a few times.

    `positions`: columns embryo, time, cell, and z, y, x in um.
    """
    lives = [_lives(rows) for _, rows in positions.groupby("embryo", observed=True, sort=True)]
    turned, reference = [one.copy() for one in lives], lives[0]
    for _ in range(_ROUNDS):
        turned = [_turned(one, reference) for one in lives]
        reference = _mean(turned)
    table = reference[reference["n"] >= max(3, len(lives) // 10)].sort_index()
    return Sulston(
        cells=tuple(table.index),
        position=table[["z", "y", "x"]].to_numpy(),
        born=table["born"].to_numpy(),
        divides=table["divides"].to_numpy(),
        axis=table[["az", "ay", "ax"]].fillna(0).to_numpy(),
    )


def _lives(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per cell: mean position, ages, and the axis of its division."""
    import pandas as pd

    counts = rows.groupby("time")["cell"].transform("size")
    per_cell = rows.groupby("cell")
    table = per_cell[["z", "y", "x"]].mean()
    table["born"], last = per_cell["time"].min().astype(float), per_cell["time"].max().astype(float)
    table["early"] = rows.assign(early=counts <= _EARLY).groupby("cell")["early"].any()
    newborn = rows[rows["time"] < rows["cell"].map(table["born"]) + BORN]
    at_birth = newborn.groupby("cell")[["z", "y", "x"]].mean()
    pairs: dict[str, list[str]] = {}
    for cell in table.index:
        pairs.setdefault(mother(cell) or "", []).append(cell)
    cells = [cell for cell, pair in pairs.items() if cell in table.index and len(pair) == 2]
    first, second = (
        at_birth.loc[[choose(pairs[cell]) for cell in cells]].to_numpy(np.float64) for choose in (min, max)
    )
    apart = (first - second) / np.linalg.norm(first - second, axis=1, keepdims=True)
    divisions = pd.DataFrame(apart, index=cells, columns=["az", "ay", "ax"])
    divisions["divides"] = last[cells].to_numpy() + 1
    table = table.join(divisions)
    table["divides"] = table["divides"].fillna(np.inf)
    table.loc[table["born"] == rows["time"].min(), "born"] = np.nan
    return table.reindex(columns=["z", "y", "x", "born", "divides", "az", "ay", "ax", "early"])


def _turned(lives: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    """Rotate an embryo, and scale its time, to fit another."""
    common = lives.index.intersection(reference.index)
    early = common[lives.loc[common, "early"].astype(bool)]
    ours, theirs = (one.loc[early, ["z", "y", "x"]].to_numpy(np.float64) for one in (lives, reference))
    rotation = fit_rotation(ours, theirs)
    turned = lives.copy()
    turned[["z", "y", "x"]] = (
        lives[["z", "y", "x"]].to_numpy() - ours.mean(axis=0)
    ) @ rotation.T + theirs.mean(axis=0)
    turned[["az", "ay", "ax"]] = lives[["az", "ay", "ax"]].to_numpy() @ rotation.T
    known = common[np.isfinite(lives.loc[common, "born"]) & np.isfinite(reference.loc[common, "born"])]
    speed, shift = np.polyfit(lives.loc[known, "born"], reference.loc[known, "born"], 1)
    turned[["born", "divides"]] = lives[["born", "divides"]] * speed + shift
    return turned


def _mean(turned: Sequence[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    every = pd.concat(turned)
    every["divides"] = every["divides"].replace(np.inf, np.nan)
    groups = every.groupby(level=0)
    mean = groups[["z", "y", "x", "born", "divides", "az", "ay", "ax"]].mean()
    mean["divides"] = mean["divides"].fillna(np.inf)
    mean["born"] = mean["born"].fillna(mean["born"].min() - 1)
    mean["n"], mean["early"] = groups.size(), groups["early"].mean() > 0.5
    return mean


def write_sulston(sulston: Sulston, path: Path) -> None:
    """Write the table as CSV, one row per cell."""
    lines = ["cell,z,y,x,born,divides,axis_z,axis_y,axis_x"]
    for i, cell in enumerate(sulston.cells):
        values = (*sulston.position[i], sulston.born[i], sulston.divides[i], *sulston.axis[i])
        lines.append(",".join([cell, *(f"{value:.3g}" for value in values)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the shipped table, from the command line."""
    parser = argparse.ArgumentParser(
        description="Make the table behind Sulston's names from EPIC's positions."
    )
    parser.add_argument("positions", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("sulston.csv"))
    given = parser.parse_args(arguments)
    import pandas as pd

    learnt, _ = named_embryos(pd.read_parquet(given.positions))
    write_sulston(make_sulston(learnt), given.output)


if __name__ == "__main__":
    main()
