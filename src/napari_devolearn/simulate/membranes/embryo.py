"""Simulate a growing embryo with labelled membranes, like `simulate_embryo` for nuclei."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ParameterError
from napari_devolearn.simulate.embryo import SimulatedEmbryo, tracks_of
from napari_devolearn.simulate.growth import grow
from napari_devolearn.simulate.membranes.cells import Egg, fill_radii, simulate_cells
from napari_devolearn.simulate.membranes.glow import Glow
from napari_devolearn.simulate.membranes.image import Microscope, render_membranes
from napari_devolearn.simulate.nucleus import Nucleus
from napari_devolearn.simulate.params import SimulateParams

SMALL = SimulateParams(
    frames=4,
    frame_interval=2.0,
    shape=(36, 96, 152),
    voxel_size=(0.6, 0.3, 0.3),
    nuclei=16,
    eggshell=(19.0, 26.0, 42.0),
)
"""A small egg that takes a few seconds to simulate."""

_FLATNESS = 2.5  # of the egg, slightly compressed by the coverslip


def simulate_membranes(params: SimulateParams | None = None) -> SimulatedEmbryo:
    """Simulate an embryo with labelled membranes; labels are cells, with the IDs of their nuclei's tracks.

    Cells touch each other. `params`: by default `SMALL`. The Z-step must be a multiple of the pixel size.
    Raises ParameterError if pixels are not square, or the Z-step is not a multiple of them.
    """
    params = params or SMALL
    z_step, y_step, step = params.voxel_size
    every = round(z_step / step)
    if y_step != step or not np.isclose(every * step, z_step):
        raise ParameterError(
            f"simulation: voxel size {params.voxel_size} um; use square pixels, and a Z-step that is a "
            "multiple of the pixel size"
        )
    growth, light = np.random.default_rng(params.seed).spawn(2)
    frames = list(grow(params, growth))
    drawn = [_draw(nuclei, params, every, light) for nuclei in frames]
    image, labels = (np.stack(volumes) for volumes in zip(*drawn, strict=True))
    return SimulatedEmbryo(
        image=image,
        labels=labels,
        tracks=tracks_of(frames),
        voxel_size=params.voxel_size,
        frame_interval=params.frame_interval,
    )


def _draw(
    nuclei: Sequence[Nucleus], params: SimulateParams, every: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16]]:
    """Image and labels of one frame, simulated in cubic voxels, of which every `every`-th plane is kept."""
    planes, height, width = params.shape
    z, y, x = (edge / 2 for edge in params.egg)
    middle = tuple(length / 2 for length in params.field)
    egg = Egg(center=(middle[0], middle[1], middle[2]), semi=(z, y, x), flatness=_FLATNESS)
    centers = np.array([nucleus.center for nucleus in nuclei])
    radii = fill_radii(np.array([2 * nucleus.across for nucleus in nuclei]), egg)
    step = params.voxel_size[2]
    cells = simulate_cells(centers, radii, egg, (planes * every, height, width), step, rng)
    view = Microscope(z_step=params.voxel_size[0], far_side_low=False)
    image = render_membranes(cells, step, Glow(), view, rng)
    track = np.array([0, *(nucleus.label for nucleus in nuclei)], np.uint16)
    return image[::every], track[cells[::every]]
