"""Peak memory of a run to files: it does not grow with the number of frames.

Run with ``pytest tests/benchmarks/test_memory.py --override-ini addopts= -s``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = """
import re, sys
from pathlib import Path
import numpy as np
from bright_model import BrightModel
from napari_devolearn.inference.segment_to import segment_to
from napari_devolearn.simulate.embryo import simulate_embryo
from napari_devolearn.simulate.params import SimulateParams

frames, output = int(sys.argv[1]), sys.argv[2]
shape, size = (12, 256, 354), (2.0, 0.18, 0.18)
labels = simulate_embryo(SimulateParams(shape=shape, voxel_size=size, frames=1)).labels[0]
volume = np.where(labels > 0, 255, 0).astype(np.uint8)

class Movie:
    shape, dtype, ndim = (frames, *shape), volume.dtype, 4

    def __getitem__(self, t):
        return volume.copy()

segment_to(output, Movie(), BrightModel(), voxel_size=size, probability=output + ".p.ome.zarr")
print(int(re.search("VmHWM:\\\\s+(\\\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of the memory is read from /proc")
@pytest.mark.parametrize("name", ["labels.ome.zarr", "01_RES"])
def test_250_frames_take_the_memory_of_10(tmp_path: Path, name: str) -> None:
    peaks = {}
    for frames in (10, 100, 250):
        done = subprocess.run(
            [sys.executable, "-c", RUN, str(frames), str(tmp_path / f"{frames}-{name}")],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )
        peaks[frames] = int(done.stdout.split()[-1])
    print(f"{name}: " + ", ".join(f"{frames} frames {peak} MB" for frames, peak in peaks.items()))  # noqa: T201
    assert peaks[250] < 1.1 * peaks[10]
