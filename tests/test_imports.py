"""napari's start-up time: modules that it imports at start-up load nothing heavy.

Each module is imported alone, in a new Python process; those of the docks together, beside napari's layers as
in a window, which load parts of dask, scikit-image and SciPy. SciPy and scikit-image load their parts on
first use, as in ``scipy.ndimage.label``; of the others, functions import what they need.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import napari_devolearn

HEAVY = ("torch", "segmentation_models_pytorch", "dask.array", "skimage", "scipy", "pandas")
PACKAGE = Path(napari_devolearn.__file__).parent


def modules_of(room: str) -> list[str]:
    """Dotted names of a package and of all modules in it."""
    return [
        ".".join(("napari_devolearn", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
            ".__init__"
        )
        for path in sorted((PACKAGE / room).rglob("*.py"))
    ]


LIGHT = ["napari_devolearn", *(name for room in ("plugin", "cli") for name in modules_of(room))]
WIDGETS = """
import importlib, sys, napari.layers, napari.viewer
for module in {}:
    before = set(sys.modules)
    importlib.import_module(module)
    for new in set(sys.modules) - before:
        print(module, new.partition(".")[0])
"""
"""Prints which packages each module loads, beside a window and the modules before it."""


def loaded_by(statement: str, names: tuple[str, ...]) -> list[str]:
    """Which of the given modules a new Python process has loaded after a statement."""
    code = f"import sys; {statement}; print(*(name for name in {names!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return done.stdout.split()


def test_heavy_modules_are_detected() -> None:
    assert "dask.array" in loaded_by("import dask.array", HEAVY)


@pytest.mark.parametrize("module", LIGHT)
def test_no_heavy_import(module: str) -> None:
    assert loaded_by(f"import {module}", HEAVY) == []


def test_docks_load_nothing_heavy_that_their_window_has_not() -> None:
    code = WIDGETS.format(modules_of("widgets"))
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    heavy = {name.partition(".")[0] for name in HEAVY} | {"matplotlib"}
    assert [line for line in done.stdout.splitlines() if line.split()[1] in heavy] == []


def test_public_names_are_loaded_lazily() -> None:
    assert loaded_by("import napari_devolearn; dir(napari_devolearn)", ("numpy", *HEAVY)) == []


@pytest.mark.parametrize("name", napari_devolearn.__all__)
def test_each_public_name_exists(name: str) -> None:
    assert getattr(napari_devolearn, name) is not None
