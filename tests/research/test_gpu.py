from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_the_benchmark_runs_on_a_cpu(tmp_path: Path) -> None:
    # a separate process, because counting operations imports PyTorch's compiler and with it triton
    small = ["--device", "cpu", "--frames", "2", "--nuclei", "2", "--shape", "14", "176", "256"]
    command = [sys.executable, "-m", "research.gpu", "--out", str(tmp_path / "out"), *small]
    done = subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "out/gpu.json").read_text())
    assert figures["frames"] == 2
    assert figures["dice against float32 on the CPU"] > 0.98
    assert figures["slices a second, network alone, by batch"].keys() == {"1"}
    rows = (tmp_path / "out/gpu.md").read_text().splitlines()
    assert any(row.startswith("| network, batches of 1 |") for row in rows)
    assert any(row.startswith("| from memory to instances in OME-Zarr |") for row in rows)
