"""A growing embryo: cells drift, divide and push each other apart."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from napari_devolearn._types import Floats, VoxelSize
from napari_devolearn.simulate.cell import ROUNDING, Cell, daughters, first_cells
from napari_devolearn.simulate.nucleus import DAUGHTER_DIAMETER, Z_STRETCH, Nucleus
from napari_devolearn.simulate.packing import GAP, relax
from napari_devolearn.simulate.params import FULLEST, SimulateParams, fill

STRETCH = np.array([Z_STRETCH, 1.0, 1.0])

SPEED = 0.35
MEMORY = 0.8
"""Random motion of a nucleus in um per minute along each axis, and the fraction that persists for a minute.
Including the pushing of neighbours, a nucleus moves 0.6 um per minute, the median of the EPIC positions."""

_SPACING = 1.0  # distance between cells, relative to the edge of a cube with the volume per cell
_FIRST_STEPS, _STEPS = 200, 5  # steps towards that distance before the first frame, and before each later one


def grow(params: SimulateParams, rng: np.random.Generator) -> Iterator[list[Nucleus]]:
    """Simulate a growing embryo; yields the nuclei of each frame, by ascending label."""
    semi = np.array(params.egg) / STRETCH / 2
    cells = first_cells(params.nuclei, semi, rng)
    _arrest(cells, cells, params.egg)
    _spread(cells, 0.0, semi, _FIRST_STEPS)
    yield _nuclei(cells, 0.0, params)
    for frame in range(1, params.frames):
        now = frame * params.frame_interval
        cells = _divide(cells, now, params.egg, rng)
        _drift(cells, params.frame_interval, rng)
        _spread(cells, now, semi, _STEPS)
        yield _nuclei(cells, now, params)


def _divide(cells: list[Cell], now: float, egg: VoxelSize, rng: np.random.Generator) -> list[Cell]:
    """The surviving cells, then the daughters of dividing cells."""
    due = [cell for cell in cells if cell.divides <= now]
    alive = [cell for cell in cells if cell.divides > now]
    count = len(cells) + len(due)
    label = cells[-1].label + 1
    born = [
        cell for i, mother in enumerate(due) for cell in daughters(mother, label + 2 * i, now, count, rng)
    ]
    _arrest(born, alive + born, egg)
    return alive + born


def _arrest(newborn: list[Cell], cells: list[Cell], egg: VoxelSize) -> None:
    """Stop divisions of the last newborn cells if their daughters would overfill the egg."""
    growth = 2 * DAUGHTER_DIAMETER**3
    filled = sum(fill(c.radius, egg) * (growth if c.divides < math.inf else 1) for c in cells)
    for cell in reversed(newborn):
        if filled <= FULLEST:
            return
        cell.divides = math.inf
        filled -= fill(cell.radius, egg) * (growth - 1)


def _drift(cells: list[Cell], minutes: float, rng: np.random.Generator) -> None:
    """Move cells by a random walk with persistence, so that paths are smooth."""
    keep = MEMORY**minutes
    for cell in cells:
        kick = rng.normal(0, SPEED, 3) * math.sqrt(1 - keep**2)
        cell.velocity = keep * cell.velocity + kick
        cell.center = cell.center + cell.velocity * min(minutes, 1 / (1 - MEMORY))


def _spread(cells: list[Cell], now: float, semi: Floats, steps: int) -> None:
    """Push cells apart and back into the egg."""
    radii = np.array([max(cell.half_sizes(now)) for cell in cells])
    minimum = radii[:, None] + radii + GAP
    spacing = _SPACING * float(semi.prod() * 4 / 3 * math.pi / len(cells)) ** (1 / 3)
    preferred = np.maximum(minimum, spacing)
    index = {cell.label: i for i, cell in enumerate(cells)}
    for i, cell in enumerate(cells):
        if sister := cell.young_sister(now):
            j = index[sister.label]
            minimum[i, j] = preferred[i, j] = _sister_distance(cell, now)
    limits = np.maximum(semi - radii[:, None], 1e-3)
    centers = relax(np.array([cell.center for cell in cells]), minimum, preferred, limits, steps=steps)
    for cell, center in zip(cells, centers, strict=True):
        cell.center = center


def _sister_distance(cell: Cell, now: float) -> float:
    """Distance of two young sisters: increases from birth until they are round and just do not touch."""
    fraction = (now - cell.born) / ROUNDING
    return 0.9 * cell.radius / DAUGHTER_DIAMETER * (1 - fraction) + (2 * cell.radius + GAP) * fraction


def _nuclei(cells: list[Cell], now: float, params: SimulateParams) -> list[Nucleus]:
    middle = np.array(params.field) / 2
    nuclei = []
    for cell in cells:
        z, y, x = (middle + cell.center * STRETCH).tolist()
        along, across = cell.half_sizes(now)
        az, ay, ax = cell.axis(now).tolist()
        bright = cell.brightness(now)
        nuclei.append(Nucleus(cell.label, (z, y, x), along, across, (az, ay, ax), bright, cell.parent))
    return nuclei
