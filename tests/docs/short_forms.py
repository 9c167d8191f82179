"""Run commands that take hours, or never end, in short: the same command line and code with less data."""

from __future__ import annotations

import importlib
import runpy
import shutil
import subprocess
import sys
import urllib.request
import warnings
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from unittest.mock import patch

# Appended options, by the argument that needs them; the later of two equal options counts.
_APPENDED = {
    "train": ["--epochs", "1", "--batch", "2", "--crop", "32", "--quiet"],
    "simulate": ["--frames", "3", "--shape", "14,80,120", "--nuclei", "3"],
    "tune": ["--trials", "1", "--epochs", "1", "--quiet"],
    "serve": ["--port", "0"],
    "--workers": ["--workers", "1"],
    "research.train": ["--epochs", "1", "--batch", "2", "--crop", "32", "--quiet"],
    "research.scores.lineage": ["--embryos", "1"],
    "research.scores.embryo": ["--simulated", "1"],
    "research.scores.embryo_use": ["--embryos", "1", "--every", "20"],
}
# Fraction of their data sets that the recipes use.
_FEWER: dict[str, dict[str, int | tuple[int, int]]] = {
    "membrane": {"_VOLUMES": 1, "_HELD_OUT_VOLUMES": 1, "_CROPS": 4, "_HELD_OUT_SLICES": 1},
    "lineage": {"_RENDERS": 2, "_HELD_OUT_RENDERS": 2},
    "neuron": {"_REPEATS": 1},
    "embryo": {"_SCENES": 4, "_HELD_OUT_SCENES": 2, "_VOLUMES": (1, 1), "_HELD_OUT_VOLUMES": (1, 1)},
}


def shortened(words: list[str]) -> list[str]:
    """Arguments of a command, and a context that makes it short."""
    return [*words, *(more for word in words for more in _APPENDED.get(word, []))]


def _fewer_data(name: str, arguments: list[str]) -> AbstractContextManager[object]:
    """Reduce the data of the given recipe; any other module is unchanged."""
    if name != "research.train" or arguments[0] not in _FEWER:
        return nullcontext()
    recipe = importlib.import_module(f"research.recipes.{arguments[0]}")
    return patch.multiple(recipe, **_FEWER[arguments[0]])


def run_module(name: str, arguments: list[str]) -> None:
    """Run ``python -m NAME ARGUMENTS`` in this process, which has already imported the libraries."""
    with patch.object(sys, "argv", shortened([name, *arguments])), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*found in sys.modules", category=RuntimeWarning)
        with _fewer_data(name, arguments):
            runpy.run_module(name, run_name="__main__")


def serve(arguments: list[str]) -> None:
    """Start the server as a process, open one of its pages, and stop it."""
    program = shutil.which("napari-devolearn", path=Path(sys.executable).parent)
    assert program is not None, "pip install --editable . makes it"
    with subprocess.Popen(
        [program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        assert server.stdout is not None
        try:
            said = server.stdout.readline()
            assert said.startswith("http://"), said
            with urllib.request.urlopen(f"{said.split()[0]}nucleus", timeout=60) as page:
                assert 'id="drop"' in page.read().decode()
        finally:
            server.terminate()  # as Ctrl-C does, which a shell may block for background processes
            left = server.communicate(timeout=60)[0]
    assert (server.returncode, left) == (0, "stopped; all uploaded files are deleted\n")
