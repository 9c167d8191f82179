"""Print a report on this installation, to paste into a bug report.

Nothing is sent.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from napari_devolearn.cli.common.graphics import probe_graphics, probe_qt
from napari_devolearn.cli.demo import has_screen
from napari_devolearn.exceptions import DevolearnError, WeightsError

Row = tuple[str, str]

_PACKAGES = (
    *("napari", "npe2", "qtpy", "magicgui", "vispy", "numpy", "scipy", "scikit-image", "tifffile", "dask"),
    *("zarr", "torch", "segmentation-models-pytorch", "laptrack", "py-ctcmetrics"),
)
_OPTIONAL = (
    *("openvino", "onnxruntime", "distributed", "albumentations", "optuna", "pyarrow", "geff"),
    *("pycocotools", "bokeh"),
)
_BINDINGS = ("PyQt6", "PySide6", "PyQt5", "PySide2")
_PROBLEM = "!!"  # name of a row that is a problem


def add_options(_: argparse.ArgumentParser) -> None:
    """It has no options."""


def run(_: argparse.Namespace) -> None:
    """Print the report.

    Raises DevolearnError if something is broken; the message counts the problems and quotes the first.
    """
    print("# napari-devolearn doctor")
    sections = {
        "System": _system,
        "Packages": _packages,
        "Window": _window,
        "Devices": _devices,
        "Models": _models,
        "Cache": _cache,
    }
    problems = []
    for title, rows in sections.items():
        print(f"\n## {title}")
        for name, value in _checked(title, rows):
            if name == _PROBLEM:
                problems.append(value)
            line = f"{name} {value}" if name == _PROBLEM else f"{name:<28} {value}"
            print(line.replace(str(Path.home()), "~"), flush=True)  # the report may be published
    if problems:
        count = len(problems)
        raise DevolearnError(f"doctor: {count} problem{'s' * (count > 1)}, marked !! above; {problems[0]}")
    print("\nNo problem was found.")


def _checked(title: str, rows: Callable[[], Iterator[Row]]) -> Iterator[Row]:
    """Rows of a section; a check that fails is a problem."""
    try:
        yield from rows()
    except Exception as error:  # noqa: BLE001 - every failure is reported as a problem
        yield _PROBLEM, f"{title}: {type(error).__name__}: {error}"


def _system() -> Iterator[Row]:
    import psutil

    from napari_devolearn import __version__

    yield "napari-devolearn", __version__
    yield "Python", f"{platform.python_version()} ({sys.executable})"
    yield "system", platform.platform()
    yield "processor", f"{platform.machine()}, {os.cpu_count()} cores"
    yield "memory", f"{psutil.virtual_memory().total / 1e9:.1f} GB"


def _packages() -> Iterator[Row]:
    for name in _PACKAGES:
        found = _version(name)
        yield (name, found) if found else (_PROBLEM, f"{name} is missing; reinstall napari-devolearn")
    yield "optional", _installed(_OPTIONAL) or "none"


def _installed(packages: Iterable[str]) -> str:
    return ", ".join(f"{name} {found}" for name in packages if (found := _version(name)) is not None)


def _version(package: str) -> str | None:
    with suppress(PackageNotFoundError):
        return version(package)
    return None


def _window() -> Iterator[Row]:
    bindings, how = _installed(_BINDINGS), "needed only for a window: pip install 'napari-devolearn[all]'"
    yield "Qt bindings", bindings or f"none; {how}"
    if not bindings:
        return
    try:
        yield "Qt in use", probe_qt()
    except OSError as error:
        yield _PROBLEM, f"Qt does not start: {error}; reinstall the listed binding"
    screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    yield "screen", screen or "system default, or none"
    if has_screen():
        yield from _opengl()


def _opengl() -> Iterator[Row]:
    """The OpenGL driver, and whether triton of torch's Linux wheels crashes with the driver's LLVM."""
    graphics = probe_graphics(isolated=False)
    yield "OpenGL", graphics.driver or "none on this Qt platform"
    triton = _version("triton")
    yield "triton", triton or "none; no model needs it"
    if graphics.triton_survives:
        return
    pair = f"triton {triton} with {graphics.llvm or 'this driver'}"
    if probe_graphics(isolated=True).triton_survives:
        until = "before that, 'import triton' crashes the window"
        yield "known conflict", f"{pair}; isolated once a model is loaded; {until}"
    else:
        yield _PROBLEM, f"{pair} crashes the window; pip uninstall triton (no model needs it)"


def _devices() -> Iterator[Row]:
    import torch

    from napari_devolearn.inference.backends.backend import available_backends
    from napari_devolearn.inference.backends.device import available_devices

    devices = available_devices()
    yield "devices", ", ".join(devices)
    yield "auto uses", devices[0]
    for name in devices:
        if name.startswith("cuda"):
            gpu = torch.cuda.get_device_properties(name)
            yield name, f"{gpu.name}, {gpu.total_memory / 1e9:.0f} GB"
    yield "torch is built for", f"CUDA {torch.version.cuda}" if torch.version.cuda else "CPU"
    yield "CPU backends", f"{', '.join(available_backends())} (fastest first)"
    yield "threads", str(torch.get_num_threads())


def _models() -> Iterator[Row]:
    from napari_devolearn.models.registry import bundled_models
    from napari_devolearn.models.weights import verify_weights

    for files in bundled_models():
        try:
            size = len(verify_weights(files)) / 1e6
            yield files.spec.name, f"{size:.1f} MB, SHA-256 {files.spec.sha256}, verified"
        except WeightsError as error:
            yield _PROBLEM, str(error)
            yield files.spec.name, "damaged"


def _cache() -> Iterator[Row]:
    from napari_devolearn.inference.cache import MEMORY_BUDGET
    from napari_devolearn.inference.runs.resume_cache import DISK_BUDGET, cache_folder

    folder = Path(tempfile.gettempdir())
    budget = f"{MEMORY_BUDGET / 1e9:.1f} GB per array"
    yield "memory limit", f"{budget}, the rest in {folder} (set TMPDIR to move it)"
    yield "free disk space", f"{shutil.disk_usage(folder).free / 1e9:.0f} GB"
    files = [path for path in cache_folder().rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    yield "unfinished runs", f"{size / 1e6:.1f} MB of at most {DISK_BUDGET / 1e9:.0f} GB in {cache_folder()}"
