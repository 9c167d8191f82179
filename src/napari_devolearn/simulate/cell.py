"""A cell from its birth to its division, and the shape of its nucleus."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from napari_devolearn._types import Floats
from napari_devolearn.simulate.nucleus import DAUGHTER_DIAMETER, cell_cycle, diameter, semi_axes

CONDENSING = 3.0
ROUNDING = 4.0
"""Minutes in which a nucleus flattens to a plate before a division, and becomes round again after it."""

WIDE = 6.0
"""Width in um of a nucleus of brightness 1. Smaller nuclei with the same DNA are brighter: in slices of
Fluo-N3DH-CE, nuclei 6 um wide are 50 grey values above the background, those 3 um wide 100."""


@dataclass(kw_only=True, eq=False)
class Cell:
    """A living cell.

    Positions are in um from the middle of the egg, with z divided by `Z_STRETCH`, so that nuclei are balls
    and plates there. Times are in minutes.
    """

    label: int
    parent: int
    born: float
    divides: float
    radius: float
    stain: float
    center: Floats
    velocity: Floats
    spindle: Floats
    sister: Cell | None = None

    def condensed(self, now: float) -> float:
        """0 in interphase, 1 for a plate of chromosomes."""
        before = 2 - 2 * (self.divides - now) / CONDENSING
        after = 1 - (now - self.born) / ROUNDING
        return min(max(before, after, 0.0), 1.0)

    def half_sizes(self, now: float) -> tuple[float, float]:
        """Half thickness of the nucleus along and across its axis, in um."""
        return semi_axes(self.radius, self.condensed(now))

    def brightness(self, now: float) -> float:
        """Relative to an interphase nucleus of width `WIDE`."""
        return float(self.stain * (WIDE / 2 / self.radius) ** 1.5 * (1 + 2 * self.condensed(now)))

    def young_sister(self, now: float) -> Cell | None:
        """The sister, while the two still move apart."""
        return self.sister if now - self.born < ROUNDING else None

    def axis(self, now: float) -> Floats:
        """Unit vector along which chromosomes separate: towards the sister, later along its own spindle."""
        sister = self.young_sister(now)
        if sister is None:
            return self.spindle
        offset = sister.center - self.center
        return np.asarray(offset / np.linalg.norm(offset), np.float64)


def first_cells(count: int, semi: Floats, rng: np.random.Generator) -> list[Cell]:
    """Cells of all ages at random positions in an ellipsoid, given by its semi-axes in um (see `Cell`)."""
    return [
        Cell(
            label=label,
            parent=0,
            born=-math.inf,
            divides=cell_cycle(count) * rng.random(),
            radius=diameter(count) / 2,
            stain=rng.lognormal(0, 0.15),
            center=_direction(rng, 1.0) * rng.random() ** (1 / 3) * semi,
            velocity=np.zeros(3),
            spindle=_direction(rng, 0.3),
        )
        for label in range(1, count + 1)
    ]


def daughters(
    mother: Cell, label: int, now: float, count: int, rng: np.random.Generator
) -> tuple[Cell, Cell]:
    """Two neighbouring cells, labelled `label` and `label` + 1, in an embryo of `count` cells."""
    left, right = (
        Cell(
            label=label + i,
            parent=mother.label,
            born=now,
            divides=now + cell_cycle(count) * rng.lognormal(0, 0.15),
            radius=mother.radius * DAUGHTER_DIAMETER,
            stain=mother.stain,
            center=mother.center + side * mother.radius * mother.spindle,
            velocity=mother.velocity,
            spindle=_direction(rng, 0.3),
        )
        for i, side in enumerate((-0.45, 0.45))
    )
    left.sister, right.sister = right, left
    return left, right


def _direction(rng: np.random.Generator, flatness: float) -> Floats:
    """A random unit vector; `flatness` below 1 turns it towards the plane of a slice."""
    vector = rng.normal(size=3) * (flatness, 1, 1)
    return np.asarray(vector / np.linalg.norm(vector), np.float64)
