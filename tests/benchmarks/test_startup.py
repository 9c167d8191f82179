"""Start-up time of napari for the modules in this package's manifest."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

RUNS = 5


def seconds(statement: str) -> float:
    """Shortest time for a new Python process to run a statement."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True)
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize(
    "module", ["napari_devolearn", "napari_devolearn.plugin.reader", "napari_devolearn.plugin.sample_data"]
)
def test_time_of_imports(module: str) -> None:
    took = seconds(f"import {module}") - seconds("pass")
    print(f"import {module}: {took * 1000:.0f} ms")  # noqa: T201
