"""Simulated membranes around nuclei of real embryos, with ground truth cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels
from napari_devolearn.simulate.membranes.cells import CellShape, Egg, fill_radii, simulate_cells
from napari_devolearn.simulate.membranes.glow import membrane_depth
from napari_devolearn.simulate.membranes.image import render_membranes
from research.drawing.microscopes import draw_glow, draw_microscope
from research.drawing.positions import Embryo
from research.drawing.volumes import DEPTH_UNIT, LabelledVolume

STEP = 0.25
"""um, edge of the simulated voxels."""

_FEWEST, _MOST = 4, 220  # cells
_CROWDED = (40, 160)  # number of cells in every third embryo; late membrane movies have about 100
_GROWN = (40, 250)  # number of cells for which the nuclei extend over the whole egg
_MARGIN = np.array([1.25, 2.5, 2.5])  # um around the egg


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulatedVolume:
    """A simulated embryo.

    Parameters
    ----------
    volume : LabelledVolume
    labels : ndarray, (Z, Y, X), uint32
        Its cells, which touch each other.
    """

    volume: LabelledVolume
    labels: Labels


def simulate_volumes(embryos: Sequence[Embryo], count: int, seed: int) -> Iterator[SimulatedVolume]:
    """Embryos of 4 to 220 cells, each with random cell shapes, brightness and microscope.

    Volume ``i`` depends only on ``default_rng((seed, i))``.
    """
    for index in range(count):
        rng = np.random.default_rng((seed, index))
        embryo = embryos[int(rng.integers(len(embryos)))]
        low, high = _CROWDED if index % 3 == 0 else (_FEWEST, _MOST)
        target = round(float(np.exp(rng.uniform(np.log(low), np.log(high)))))
        yield _simulate(embryo, target, rng)


def _simulate(embryo: Embryo, target: int, rng: np.random.Generator) -> SimulatedVolume:
    sizes = np.array([len(nuclei.position) for nuclei in embryo.frames])
    nuclei = embryo.frames[int(np.abs(sizes - target).argmin())]
    egg, corner, shape = _egg(embryo, sizes, rng)
    radii = fill_radii(nuclei.diameter, egg)
    form = CellShape(
        wave=rng.uniform(0.3, 1.2) * min(1.0, float(radii.mean()) / 4),
        bulge=rng.uniform(1.2, 1.75),
        squash=rng.uniform(0.03, 0.15),
    )
    labels = simulate_cells(nuclei.position - corner, radii, egg, shape, STEP, rng, form)
    if rng.random() < 0.5:
        labels = np.ascontiguousarray(labels[::-1])
    image = render_membranes(labels, STEP, draw_glow(rng), draw_microscope(rng), rng)
    depth = np.minimum(np.rint(membrane_depth(labels, (STEP,) * 3) / DEPTH_UNIT), 255).astype(np.uint8)
    if rng.random() < 0.5:
        _cut_ends(labels, (image, depth, labels), rng)
    return SimulatedVolume(volume=LabelledVolume(image=image, depth=depth, step=STEP), labels=labels)


def _egg(
    embryo: Embryo, sizes: npt.NDArray[np.int64], rng: np.random.Generator
) -> tuple[Egg, npt.NDArray[np.float64], tuple[int, int, int]]:
    """Eggshell around all nuclei of the grown embryo, the corner of its volume in um, and its shape."""
    grown = [
        n.position for n, size in zip(embryo.frames, sizes, strict=True) if _GROWN[0] <= size <= _GROWN[1]
    ]
    low, high = np.percentile(np.concatenate(grown), (0.5, 99.5), axis=0).astype(np.float64)
    # half a nucleus, and the rest of the cell
    semi = (high - low) / 2 + rng.uniform((1.2, 1.5, 1.5), (2.5, 2.8, 2.8))
    corner = (high + low) / 2 - semi - _MARGIN
    z, y, x = (int(length) for length in np.ceil(2 * (semi + _MARGIN) / STEP))
    center = semi + _MARGIN
    egg = Egg(
        center=(float(center[0]), float(center[1]), float(center[2])),
        semi=(float(semi[0]), float(semi[1]), float(semi[2])),
        flatness=rng.uniform(2, 5),
    )
    return egg, corner, (z, y, x)


def _cut_ends(labels: Labels, volumes: tuple[npt.NDArray[np.integer], ...], rng: np.random.Generator) -> None:
    """Empty the end planes, because stacks often end within the embryo."""
    planes = np.flatnonzero(labels.any((1, 2)))
    if not len(planes):
        return
    first, last = planes[0] + int(rng.uniform(0, 10)), planes[-1] - int(rng.uniform(0, 10))
    for volume in volumes:
        volume[:first] = 0
        volume[last:] = 0
