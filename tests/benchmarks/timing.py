"""Measure ratios within one run: alternatives take turns, so that a busy machine affects them little."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from time import perf_counter

import numpy as np

from napari_devolearn.simulate.embryo import simulate_embryo
from napari_devolearn.simulate.params import SimulateParams

SHAPE, SIZE = (35, 512, 708), (1.0, 0.09, 0.09)
"""A frame of Fluo-N3DH-CE."""


def medians(ways: Mapping[str, Callable[[], object]], rounds: int = 7) -> dict[str, float]:
    """Median seconds of each alternative; they take turns, after one warm-up that is not counted."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            start = perf_counter()
            way()
            if turn:
                times[name].append(perf_counter() - start)
    return {name: float(np.median(taken)) for name, taken in times.items()}


def report(times: Mapping[str, float], base: str) -> None:
    """Print milliseconds, speed relative to the base, and the load of the machine."""
    for name, seconds in times.items():
        print(f"  {name:44} {1000 * seconds:8.1f} ms   {times[base] / seconds:5.2f} x")  # noqa: T201
    print(f"  load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")  # noqa: T201


def embryo_volume(nuclei: int = 10) -> np.ndarray:
    """A volume of the size of those of Fluo-N3DH-CE, (35, 512, 708), uint8."""
    params = SimulateParams(shape=SHAPE, voxel_size=SIZE, frames=1, nuclei=nuclei)
    return simulate_embryo(params).image[0]
