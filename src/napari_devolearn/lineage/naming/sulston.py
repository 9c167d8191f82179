"""How each cell of the embryo divides: the axes, positions and ages behind Sulston's names, as a table.

``python -m napari_devolearn.lineage.naming.sulston positions.parquet`` makes the table again.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_devolearn.lineage.founders import mother

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

HELD_OUT = 5
"""Every fifth embryo, by name, is not learnt from: names are measured on these."""

BORN = 3
"""Frames over which the axis between two daughters is taken."""

_TABLE = "sulston.csv"
_ROUNDS = 4
_EARLY = 60


@dataclass(frozen=True, kw_only=True)
class Sulston:
    """The average embryo, in a frame of its own.

    Parameters
    ----------
    cells : tuple of str
        Names.
    position : ndarray, (N, 3), float64
        Mean place of each cell over its life, in um.
    born, divides : ndarray, (N,), float64
        Ages in minutes at the median speed of the embryos; inf where a cell was not seen to divide.
    axis : ndarray, (N, 3), float64
        Mean of the unit vectors from the cell's second daughter to its first, in the order of their
        names; the shorter, the less embryos agree. 0 where it was not seen to divide.
    """

    cells: tuple[str, ...]
    position: Floats
    born: Floats
    divides: Floats
    axis: Floats

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Row of each cell."""
        return {cell: i for i, cell in enumerate(self.cells)}

    @cached_property
    def _daughters(self) -> Mapping[str, tuple[str, str]]:
        pairs: dict[str, list[str]] = {}
        for cell in self.cells:
            pairs.setdefault(mother(cell) or "", []).append(cell)
        return {cell: (min(pair), max(pair)) for cell, pair in pairs.items() if len(pair) == 2 and cell}

    def daughters(self, cell: str) -> tuple[str, str] | None:
        """Names of a cell's daughters, in the order of the alphabet; None where no embryo was seen so far."""
        return self._daughters.get(cell)

    def alive(self, count: int) -> list[str]:
        """The cells of the average embryo when it has about so many."""
        ages = np.arange(np.nanmin(self.born), np.max(self.born), 0.5)
        there = [(self.born <= age) & (age < self.divides) for age in ages]
        best = min(there, key=lambda one: abs(int(one.sum()) - count))
        return [self.cells[i] for i in np.flatnonzero(best)]


def load_sulston() -> Sulston:
    """Load the table that ships with the package.

    Returns
    -------
    Sulston
        Of the embryos of EPIC (Murray et al. 2012), without every fifth.
    """
    text = files("napari_devolearn.lineage.naming").joinpath(_TABLE).read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines()[1:]]
    values = np.array([row[1:] for row in rows], dtype=np.float64)
    return Sulston(
        cells=tuple(row[0] for row in rows),
        position=values[:, 0:3],
        born=values[:, 3],
        divides=values[:, 4],
        axis=values[:, 5:8],
    )


def fit_rotation(points: Floats, reference: Floats) -> tuple[npt.NDArray[np.float64], float]:
    """The rotation that turns points into the reference best, both taken around their middles.

    Parameters
    ----------
    points, reference : ndarray, (N, 3), float64

    Returns
    -------
    rotation : ndarray, (3, 3), float64
        Multiply a column vector with it; no mirror image, since embryos are all of one hand.
    error : float
        Root mean square of what is left, in um.
    """
    a, b = points - points.mean(axis=0), reference - reference.mean(axis=0)
    left, _, right = np.linalg.svd(a.T @ b)
    sign = np.sign(np.linalg.det(left @ right))
    rotation = (left * [1, 1, sign] @ right).T
    return rotation, float(np.sqrt(np.mean(np.sum((a @ rotation.T - b) ** 2, axis=1))))


def make_sulston(positions: pd.DataFrame) -> Sulston:
    """Average many named embryos.

    Each is turned so that the cells that it shares with the average, while there are up to 60, lie best
    on those; the average is made anew, a few times.

    Parameters
    ----------
    positions : DataFrame
        Columns embryo, time, cell, and z, y, x in um.

    Returns
    -------
    Sulston
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
    """One row a cell: its mean place, ages, and the axis of its division."""
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
    """Turn an embryo, and stretch its time, onto another."""
    common = lives.index.intersection(reference.index)
    early = common[lives.loc[common, "early"].astype(bool)]
    ours, theirs = (one.loc[early, ["z", "y", "x"]].to_numpy(np.float64) for one in (lives, reference))
    rotation, _ = fit_rotation(ours, theirs)
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
    """Write the table as CSV, one row a cell."""
    lines = ["cell,z,y,x,born,divides,axis_z,axis_y,axis_x"]
    for i, cell in enumerate(sulston.cells):
        values = (*sulston.position[i], sulston.born[i], sulston.divides[i], *sulston.axis[i])
        lines.append(",".join([cell, *(f"{value:.3g}" for value in values)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the table that ships with the package again, from the command line."""
    from napari_devolearn.lineage.naming.epic_embryos import named_embryos

    parser = argparse.ArgumentParser(
        description="Make the table behind Sulston's names from EPIC's positions."
    )
    parser.add_argument("positions", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_name(_TABLE))
    given = parser.parse_args(arguments)
    import pandas as pd

    learnt, _ = named_embryos(pd.read_parquet(given.positions))
    write_sulston(make_sulston(learnt), given.output)


if __name__ == "__main__":
    main()
