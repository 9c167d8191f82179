"""Examples for the pages, simulated in a few seconds and always identical."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.simulate.membranes.embryo import SMALL
from napari_devolearn.simulate.params import SimulateParams

_NUCLEI = SimulateParams(
    frames=6, nuclei=24, shape=(20, 140, 210), voxel_size=(1.2, 0.27, 0.27), noise=0.25, seed=1
)

_MEMBRANES = replace(SMALL, frames=2)

_MOVIE = SimulateParams(
    frames=45,
    nuclei=4,
    frame_interval=2.5,
    shape=(12, 104, 156),
    voxel_size=(2.0, 0.37, 0.37),
    noise=0.2,
    seed=3,
)
"""Starts with 4 cells; projected."""


@cache
def example(task: str) -> Stack | None:
    """A simulated image for the task of a model, cached and read-only; None if there is no simulator."""
    make = _EXAMPLES.get(task)
    return None if make is None else make()


def has_example(task: str) -> bool:
    """Whether there is a simulator for a task."""
    return task in _EXAMPLES


def _nuclei() -> Stack:
    from napari_devolearn.simulate.embryo import simulate_embryo

    embryo = simulate_embryo(_NUCLEI)
    return _stack(embryo.image, "example embryo, nuclei", embryo.voxel_size, embryo.frame_interval)


def _membranes() -> Stack:
    from napari_devolearn.simulate.membranes.embryo import simulate_membranes

    embryo = simulate_membranes(_MEMBRANES)
    return _stack(embryo.image, "example embryo, membranes", embryo.voxel_size, embryo.frame_interval)


def _projections() -> Stack:
    from napari_devolearn.simulate.growth import grow
    from napari_devolearn.simulate.render import render_frame

    rng = np.random.default_rng(_MOVIE.seed)
    frames = [
        render_frame(
            nuclei,
            shape=_MOVIE.shape,
            voxel_size=_MOVIE.voxel_size,
            rng=rng,
            eggshell=_MOVIE.egg,
            noise=_MOVIE.noise,
        )[0].max(axis=0, keepdims=True)
        for nuclei in grow(_MOVIE, rng)
    ]
    return _stack(
        np.stack(frames), "example movie of a growing embryo", _MOVIE.voxel_size, _MOVIE.frame_interval
    )


def _stack(image: npt.NDArray[np.uint8], name: str, voxel_size: VoxelSize, minutes: float) -> Stack:
    return Stack(
        data=image,
        name=name,
        source=Path("simulated"),
        voxel_size=voxel_size,
        calibration="simulated",
        frame_interval=minutes,
        frames=tuple(range(len(image))),
    )


_EXAMPLES: dict[str, Callable[[], Stack]] = {
    "nucleus": _nuclei,
    "embryo": _nuclei,
    "membrane": _membranes,
    "lineage": _projections,
}
