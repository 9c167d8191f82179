"""Time and memory for opening a sequence of the size of an embryo.

Run with ``pytest tests/benchmarks/test_opening.py --override-ini addopts= -s``; writes 3 GB to the temporary
folder and deletes them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from helpers.files.ctc_folders import write_tif

FRAMES, SHAPE = 250, (35, 512, 708)
OPEN = """
import re, sys, time
from pathlib import Path
start = time.perf_counter()
from napari_devolearn.plugin.reader import get_reader
((data, _, _),) = get_reader(sys.argv[1])(sys.argv[1])
seconds = time.perf_counter() - start
peak = re.search("VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
print(seconds, int(peak) / 1024, *data.shape)
"""


@pytest.fixture
def sequence(tmp_path: Path) -> Iterator[Path]:
    first = write_tif(tmp_path / "t000.tif", np.random.default_rng(0).integers(0, 255, SHAPE, np.uint8))
    files = [first, *(tmp_path / f"t{frame:03d}.tif" for frame in range(1, FRAMES))]
    content = first.read_bytes()
    for path in files[1:]:
        path.write_bytes(content)
    yield tmp_path
    for path in files:
        path.unlink()


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of the memory is read from /proc")
def test_250_volumes_open_in_200_mb(sequence: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPEN, os.fspath(sequence)], check=True, capture_output=True, text=True
    )
    seconds, megabytes, *shape = map(float, done.stdout.split())
    print(f"opened in {seconds:.2f} s and {megabytes:.0f} MB, imports included")  # noqa: T201
    assert shape == [FRAMES, *SHAPE]
    assert megabytes < 200
