"""Examples for the pages, simulated in a few seconds and always identical."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from napari_devolearn.io.core.stack import Stack
from napari_devolearn.simulate.embryo import simulate_embryo
from napari_devolearn.simulate.membranes.embryo import SMALL, simulate_membranes
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

EXAMPLES = {
    "nucleus": "example embryo, nuclei",
    "embryo": "example embryo, nuclei",
    "membrane": "example embryo, membranes",
    "lineage": "example movie of a growing embryo",
}
"""Names of the examples, by task."""


@cache
def example(task: str) -> Stack:
    """A simulated image for the task of a model, one of `EXAMPLES`; cached and read-only."""
    if task == "membrane":
        embryo = simulate_membranes(_MEMBRANES)
    else:
        embryo = simulate_embryo(_MOVIE if task == "lineage" else _NUCLEI)
    return Stack(
        data=embryo.image.max(axis=1, keepdims=True) if task == "lineage" else embryo.image,
        name=EXAMPLES[task],
        source=Path("simulated"),
        voxel_size=embryo.voxel_size,
        calibration="simulated",
        frame_interval=embryo.frame_interval,
        frames=tuple(range(len(embryo.image))),
    )
