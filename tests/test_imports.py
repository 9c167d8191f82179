"""napari's start-up time: modules that it imports at start-up load nothing heavy.

Each module is imported alone, in a new Python process. Heavy modules are imported in the functions that need
them, and so are napari's own modules, which load dask, scikit-image and SciPy.
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


LIGHT = ["napari_devolearn", *(name for room in ("plugin", "widgets", "cli") for name in modules_of(room))]


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


def test_public_names_are_loaded_lazily() -> None:
    assert loaded_by("import napari_devolearn; dir(napari_devolearn)", ("numpy", *HEAVY)) == []


@pytest.mark.parametrize("name", napari_devolearn.__all__)
def test_each_public_name_exists(name: str) -> None:
    assert getattr(napari_devolearn, name) is not None
