"""Peak memory of a run to files and of a run in the dock, which does not grow with the number of frames.

Run with ``pytest tests/benchmarks/test_memory.py --override-ini addopts= -s``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PREPARE = r"""
import re, sys
from pathlib import Path
import numpy as np
from helpers.bright_model import BrightModel
from napari_devolearn.io.core.lazy import lazy_frames
from napari_devolearn.simulate.embryo import simulate_embryo
from napari_devolearn.simulate.params import SimulateParams

frames, output = int(sys.argv[1]), sys.argv[2]
shape, size = (12, 256, 354), (2.0, 0.18, 0.18)
labels = simulate_embryo(SimulateParams(shape=shape, voxel_size=size, frames=1)).labels[0]
volume = np.where(labels > 0, 255, 0).astype(np.uint8)
movie = lazy_frames(lambda t: volume.copy(), (frames, *shape), volume.dtype)

def megabytes(name):
    return int(re.search(name + r":\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024
"""

TO_FILES = (
    PREPARE
    + """
from napari_devolearn.inference.segment import segment

segment(movie, BrightModel(), out=output, voxel_size=size, probability=output + ".p.ome.zarr")
print(megabytes("VmHWM"))
"""
)

IN_THE_DOCK = (
    PREPARE
    + """
from functools import partial
from napari.layers import Image
from napari_devolearn.inference.runs import resume_cache as kept
from napari_devolearn.inference.cache import ProbabilityCache
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.widgets.segment import run
from napari_devolearn.widgets.segment.session import Source

kept.cache_folder = lambda: Path(output)
run.ProbabilityCache = partial(ProbabilityCache, budget=1 << 20)  # so that all of it lies on the disk
layer = Image(movie, name="movie", contrast_limits=(0, 255))
request = run.Request(
    source=Source(layer, movie, size, "bright"),
    device="cpu",
    params=SegmentParams(),
    planes=[(t, z) for t in range(frames) for z in range(shape[0])],
    as_volumes=True,
    model=BrightModel(),
)
# pages of the cache's file are the system's to drop; RssAnon is what only this program can give back
print(max(megabytes("RssAnon") for _ in run.iter_run(request)))
"""
)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of the memory is read from /proc")
@pytest.mark.parametrize("name", ["labels.ome.zarr", "01_RES", "dock"])
def test_memory_of_250_frames_equals_that_of_10(tmp_path: Path, name: str) -> None:
    peaks = {}
    script = IN_THE_DOCK if name == "dock" else TO_FILES
    for frames in (10, 100, 250):
        done = subprocess.run(
            [sys.executable, "-c", script, str(frames), str(tmp_path / f"{frames}-{name}")],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )
        peaks[frames] = int(done.stdout.split()[-1])
    print(f"{name}: " + ", ".join(f"{frames} frames {peak} MB" for frames, peak in peaks.items()))  # noqa: T201
    assert peaks[250] < 1.1 * peaks[10]
