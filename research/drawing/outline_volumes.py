"""Volumes of simulated nuclei or membranes, with masks of the embryo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from napari_devolearn.simulate.membranes.cells import CellShape, Egg, fill_radii, simulate_cells
from napari_devolearn.simulate.membranes.image import render_membranes
from research.drawing.microscopes import draw_glow, draw_microscope
from research.drawing.nuclear_volumes import STEP, EmbryoVolume, draw_nuclei, egg_around
from research.drawing.outline_views import scale_volume
from research.drawing.outlines import fill_clefts
from research.drawing.positions import Embryo

_NUCLEI, _CELLS = (2, 400), (4, 220)  # minimum and maximum
_MARGIN = 2.5  # um around the egg


def simulate_nuclear_volumes(embryos: Sequence[Embryo], count: int, seed: int) -> Iterator[EmbryoVolume]:
    """Embryos with 2 to 400 nuclei, uniformly in the logarithm of their number.

    Volume ``i`` depends only on ``default_rng((seed, i))``.
    """
    for index in range(count):
        rng = np.random.default_rng((seed, index))
        embryo, frame = _moment(embryos, _NUCLEI, rng)
        nuclear = draw_nuclei(embryo.frames[frame], egg_around(embryo, rng), rng)
        yield scale_volume(nuclear.light, nuclear.inside, nuclear.step)


def simulate_membrane_volumes(embryos: Sequence[Embryo], count: int, seed: int) -> Iterator[EmbryoVolume]:
    """Embryos with 4 to 220 cells, with filled clefts between them.

    Volume ``i`` depends only on ``default_rng((seed, i))``.
    """
    for index in range(count):
        rng = np.random.default_rng((seed, index))
        embryo, frame = _moment(embryos, _CELLS, rng)
        egg, nuclei = egg_around(embryo, rng), embryo.frames[frame]
        semi = np.array(egg.semi)
        shell = Egg(center=tuple((semi + _MARGIN).tolist()), semi=tuple(semi.tolist()), flatness=egg.flatness)
        z, y, x = (int(n) for n in np.ceil(2 * (semi + _MARGIN) / STEP))
        radii = fill_radii(nuclei.diameter, shell)
        form = CellShape(
            wave=rng.uniform(0.3, 1.2), bulge=rng.uniform(1.15, 1.75), squash=rng.uniform(0.03, 0.15)
        )
        corner = np.array(egg.center) - semi - _MARGIN
        labels = simulate_cells(nuclei.position - corner, radii, shell, (z, y, x), STEP, rng, form)
        image = render_membranes(labels, STEP, draw_glow(rng), draw_microscope(rng), rng)
        cubes = (STEP, STEP, STEP)
        yield scale_volume(image, fill_clefts(labels > 0, cubes), cubes)


def _moment(
    embryos: Sequence[Embryo], counts: tuple[int, int], rng: np.random.Generator
) -> tuple[Embryo, int]:
    embryo = embryos[int(rng.integers(len(embryos)))]
    target = np.exp(rng.uniform(*np.log(counts)))
    sizes = np.array([len(nuclei) for nuclei in embryo.frames])
    return embryo, int(np.abs(sizes - target).argmin())
