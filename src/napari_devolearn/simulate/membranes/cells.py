"""Cells that fill an eggshell, from the positions of the nuclei."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from napari_devolearn._types import Floats, Floats32, Labels, Mask
from napari_devolearn.simulate.smooth_noise import smooth_noise

Box = tuple[slice, slice, slice]

_REACH = 2.2  # maximum extent of a cell from its nucleus, in radii
_WAVE = 3.0  # um, sigma of the noise that makes faces wavy


@dataclass(frozen=True, kw_only=True)
class Egg:
    """A superellipsoid (Barr 1981): an ellipse in the XY plane, flattened along Z by the coverslip.

    `center, semi`: (Z, Y, X) in um from the first voxel; `semi` are the semi-axes.
    `flatness`: exponent along Z: 2 is an ellipsoid, 5 nearly a slab.
    """

    center: tuple[float, float, float]
    semi: tuple[float, float, float]
    flatness: float = 2.0


@dataclass(frozen=True, kw_only=True)
class CellShape:
    """Deviation of cells from the regions of a power diagram.

    `wave`: waviness of faces, in um.
    `bulge`: maximum extent of a cell, relative to the radius of a ball of its volume: near 1, cells are round
    and leave gaps; from 1.6 on they fill all space.
    `squash`: standard deviation of the logarithm of the cells' axes.
    """

    wave: float = 0.5
    bulge: float = 1.5
    squash: float = 0.1


def fill_radii(diameters: Floats, egg: Egg) -> Floats:
    """Radii of cells that together fill the egg, (N,) in um, from the diameters of their nuclei.

    They grow with the diameters (any unit) to the power of 0.7, and outliers are clipped, because nuclei in
    mitosis are measured inaccurately.
    """
    middle = float(np.median(diameters))
    share = np.clip(diameters.astype(np.float64), 0.7 * middle, 1.5 * middle) ** 0.7
    volume = 1.05 * float(np.prod(egg.semi))
    return np.asarray(share * (volume / (share**3).sum()) ** (1 / 3))


def simulate_cells(
    centers: Floats,
    radii: Floats,
    egg: Egg,
    shape: tuple[int, int, int],
    step: float,
    rng: np.random.Generator,
    form: CellShape | None = None,
) -> Labels:
    """Assign each voxel to a cell: a power diagram with wavy faces inside an egg.

    A voxel belongs to the cell of the smallest power distance (squared distance minus squared radius;
    Aurenhammer 1987, SIAM J. Comput. 16, 78). Space is deformed by smooth noise and stretched a little for
    each cell.

    `centers`: (N, 3), nuclei, (Z, Y, X) in um from the first voxel.
    `radii`: (N,), radii in um of balls with the volumes of the cells, for example from `fill_radii`.
    `shape`: (Z, Y, X) of the grid.
    `step`: voxel edge, in um.
    Returns (Z, Y, X), uint32: cell ``i`` is label ``i + 1``; cells touch, 0 is outside.
    """
    form = form or CellShape()
    nearest = np.full(shape, np.inf, np.float32)
    labels: Labels = np.zeros(shape, np.uint32)
    bend = [np.float32(form.wave) * smooth_noise(shape, _WAVE, rng, step=step) for _ in range(3)]
    for label, (center, radius) in enumerate(zip(centers, radii, strict=True), start=1):
        box = _box(center, _REACH * radius, shape, step)
        away = _away(center, box, step)
        offset = np.stack([along + bent[box] for along, bent in zip(away, bend, strict=True)])
        metric = _stretched(form.squash, rng)
        power = (np.tensordot(metric, offset, 1) * offset).sum(0) - np.float32(radius**2)
        won = (power < nearest[box]) & (power < (form.bulge**2 - 1) * radius**2)
        nearest[box][won] = power[won]
        labels[box][won] = label
    labels[~_inside(egg, shape, step)] = 0
    return _largest_parts(labels)


def _box(center: Floats, reach: float, shape: tuple[int, int, int], step: float) -> Box:
    first = np.clip(((center - reach) / step).astype(int), 0, shape)
    last = np.clip(((center + reach) / step).astype(int) + 2, 0, shape)
    z, y, x = (slice(int(a), int(b)) for a, b in zip(first, last, strict=True))
    return z, y, x


def _away(center: Floats, box: Box, step: float) -> tuple[Floats32, Floats32, Floats32]:
    """Offset from the centre along each axis, in um, broadcast together."""
    along = (
        (np.arange(cut.start, cut.stop) * step - place).astype(np.float32)
        for cut, place in zip(box, center, strict=True)
    )
    z, y, x = along
    return z[:, None, None], y[:, None], x


def _stretched(squash: float, rng: np.random.Generator) -> Floats32:
    """A metric of determinant 1 with random axes."""
    axes, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    scale = rng.normal(0, squash, 3)
    return np.asarray((axes * np.exp(2 * (scale - scale.mean()))) @ axes.T, np.float32)


def _inside(egg: Egg, shape: tuple[int, int, int], step: float) -> Mask:
    whole = (slice(0, shape[0]), slice(0, shape[1]), slice(0, shape[2]))
    away = _away(np.asarray(egg.center), whole, step)
    z, y, x = (np.abs(along) / semi for along, semi in zip(away, egg.semi, strict=True))
    return np.asarray(z**egg.flatness + (y**2 + x**2) ** (egg.flatness / 2) <= 1)


def _largest_parts(labels: Labels) -> Labels:
    """Keep the largest component of each cell, because deformed space can split a cell."""
    kept = np.zeros_like(labels)
    for label, box in enumerate(scipy.ndimage.find_objects(labels), start=1):
        if box is None:
            continue
        parts, _ = scipy.ndimage.label(labels[box] == label)
        counts = np.bincount(parts.ravel())
        counts[0] = 0
        kept[box][parts == counts.argmax()] = label
    return kept
