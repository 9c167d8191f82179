"""Table of division axes, positions and ages of all cells with Sulston names.

Made by `research/tables/sulston.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

import numpy as np

from napari_devolearn._types import Floats
from napari_devolearn.lineage.founders import mother

BORN = 3
"""Number of frames over which the axis between two daughters is averaged."""

_TABLE = "sulston.csv"


@dataclass(frozen=True, kw_only=True)
class Sulston:
    """The average embryo, in its own coordinate system.

    `cells`: names.
    `position`: (N, 3), float64: mean position of each cell over its life, in um.
    `born, divides`: (N,), float64: ages in minutes at the median speed of the embryos; inf if no division of
    the cell was observed.
    `axis`: (N, 3), float64: mean of the unit vectors from the cell's second daughter to its first, in the
    order of their names; shorter if embryos differ more. 0 if no division was observed.
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
        """Names of a cell's daughters in alphabetical order; None if unknown."""
        return self._daughters.get(cell)

    def alive(self, count: int) -> list[str]:
        """The cells of the average embryo when it has about this number of cells."""
        ages = np.arange(np.nanmin(self.born), np.max(self.born), 0.5)
        alive = [(self.born <= age) & (age < self.divides) for age in ages]
        best = min(alive, key=lambda one: abs(int(one.sum()) - count))
        return [self.cells[i] for i in np.flatnonzero(best)]


def load_sulston() -> Sulston:
    """Load the table that ships with the package.

    Source: embryos of EPIC (Murray et al. 2012), except every fifth.
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


def fit_rotation(points: Floats, reference: Floats) -> Floats:
    """Rotation (3, 3) that best aligns points with a reference.

    `points, reference`: (N, 3), float64; both are centred first.
    The rotation multiplies column vectors; reflections are excluded, because all embryos have the same
    handedness.
    """
    a, b = points - points.mean(axis=0), reference - reference.mean(axis=0)
    left, _, right = np.linalg.svd(a.T @ b)
    sign = np.sign(np.linalg.det(left @ right))
    return np.asarray((left * [1, 1, sign] @ right).T)
