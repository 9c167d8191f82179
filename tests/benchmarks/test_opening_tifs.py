"""Time and memory for opening one tif: with this package, napari's own reader and, if installed, napari-tiff.

Run with ``pytest tests/benchmarks/test_opening_tifs.py --override-ini addopts= -s``. The stacks are sparse
files or repeat one compressed plane, so that 20 GB need little disk space. Each reader runs in its own
process, after its imports; readers that read all pixels at once are omitted if these do not fit into memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import tifffile

PLANE, SLICES = (1024, 1024), 40
FRAMES = {"0.1 GB": 1, "1 GB": 12, "20 GB": 238}
LARGEST_IN_MEMORY = 12

OURS = "from napari_devolearn.plugin.reader import get_reader; reader = get_reader(path)"
NAPARI = "from napari_builtins.io import napari_get_reader; reader = napari_get_reader(path)"
NAPARI_TIFF = "from napari_tiff.napari_tiff_reader import napari_get_reader; reader = napari_get_reader(path)"
MEASURE = """
import re, sys, time
from pathlib import Path
import dask.array, numpy, tifffile, imagecodecs, imageio.v3
path = sys.argv[1]
{reader}
import napari_devolearn.io.image, napari_devolearn.io.tiff.tif
start = time.perf_counter()
data = reader(path)[0][0]
seconds = time.perf_counter() - start
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
print(seconds, int(peak) / 1024, *data.shape)
"""


def plain(path: Path, frames: int) -> Path:
    """An ImageJ hyperstack as ImageJ writes large ones: one page header, then the pixels, all zero here."""
    count = frames * SLICES
    counts = f"images={count}\nslices={SLICES}\nframes={frames}\n"
    description = f"ImageJ=1.53t\n{counts}hyperstack=true\nunit=um\nspacing=1.0\n"
    plane = np.zeros(PLANE, np.uint16)
    tifffile.imwrite(path, plane, description=description, metadata=None, resolution=(10, 10))
    with tifffile.TiffFile(path) as tif:
        start = tif.pages.first.dataoffsets[0]
    os.truncate(path, start + count * plane.nbytes)
    return path


def compressed(path: Path, frames: int) -> Path:
    """An OME-TIFF with a page header for each plane."""
    plane = np.random.default_rng(0).integers(0, 2, PLANE).astype(np.uint16)
    encoded = zlib.compress(plane.tobytes(), 1)
    shape = (frames, SLICES, *PLANE)
    tifffile.imwrite(
        path,
        (encoded for _ in range(frames * SLICES)),
        shape=shape,
        dtype=np.uint16,
        compression="zlib",
        rowsperstrip=PLANE[0],
        bigtiff=True,
        ome=True,
        photometric="minisblack",
        metadata={"axes": "TZYX"},
    )
    return path


def measured(reader: str, path: Path) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE.format(reader=reader), os.fspath(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, megabytes, *shape = map(float, done.stdout.split())
    assert np.prod(shape) > 0
    return seconds, megabytes


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of the memory is read from /proc")
@pytest.mark.parametrize("make", [plain, compressed])
@pytest.mark.parametrize("size", FRAMES)
def test_a_stack_opens_in_little_memory(tmp_path: Path, make, size: str) -> None:
    path = make(tmp_path / ("a.tif" if make is plain else "a.ome.tif"), FRAMES[size])
    ways = {"ours": OURS}
    if FRAMES[size] <= LARGEST_IN_MEMORY:
        ways["napari's own"] = NAPARI
    if find_spec("napari_tiff"):
        ways["napari-tiff"] = NAPARI_TIFF
    found = {name: measured(reader, path) for name, reader in ways.items()}
    path.unlink()
    ours = found["ours"][0]
    for name, (seconds, megabytes) in found.items():
        ratio = f"{seconds:6.2f} s {seconds / ours:6.1f} x {megabytes:6.0f} MB"
        print(f"  {size} {make.__name__:10} {name:12} {ratio}")  # noqa: T201
    assert found["ours"][1] < 250
