"""``napari-devolearn doctor``: report on this installation, for a bug report."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn.cli.common.graphics import probe_graphics
from napari_devolearn.cli.demo import has_screen

if TYPE_CHECKING:
    import argparse

    from napari_devolearn.models.registry import ModelFiles

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
_QT_SECONDS = 60
# In a separate process, because importing Qt ends the process if libraries are missing.
_QT_SCRIPT = "import qtpy, qtpy.QtWidgets; print(qtpy.API_NAME, qtpy.QT_VERSION)"


class _Page:
    """Prints sections, and collects problems."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def section(self, title: str, rows: Callable[[_Page], Iterator[Row]]) -> None:
        """Print a section; a check that fails is recorded as a problem, and the next section follows."""
        print(f"\n## {title}")
        try:
            for name, value in rows(self):
                print(f"{name:<28} {_without_home(value)}", flush=True)
        except Exception as error:  # noqa: BLE001 - every failure is reported as a problem
            self.problem(f"{title}: {type(error).__name__}: {error}")

    def problem(self, text: str) -> None:
        """Print a problem, and store it for the summary."""
        self.problems.append(text)
        print(f"!! {_without_home(text)}")


def add_subcommand(subcommands: Any) -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "doctor",
        help="versions, Qt, devices, models and cache, for a bug report",
        description="Print a report on this installation, to paste into a bug report. Nothing is sent.",
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> None:
    """Print the report.

    Raises DevolearnError if something is broken; the message counts the problems and quotes the first.
    """
    from napari_devolearn.exceptions import DevolearnError

    page = _Page()
    print("# napari-devolearn doctor")
    page.section("System", _system)
    page.section("Packages", _packages)
    page.section("Window", _window)
    page.section("Devices", _devices)
    page.section("Models", _models)
    page.section("Cache", _cache)
    if page.problems:
        count = len(page.problems)
        raise DevolearnError(
            f"doctor: {count} problem{'s' * (count > 1)}, marked !! above; {page.problems[0]}"
        )
    print("\nNo problem was found.")


def _without_home(text: str) -> str:
    """Replace the home folder by ``~``, because the report may be published."""
    return text.replace(str(Path.home()), "~")


def _system(_: _Page) -> Iterator[Row]:
    from napari_devolearn import __version__

    yield "napari-devolearn", __version__
    yield "Python", f"{platform.python_version()} ({sys.executable})"
    yield "system", platform.platform()
    yield "processor", f"{platform.machine()}, {os.cpu_count()} cores"
    yield "memory", _memory()


def _memory() -> str:
    """Memory of the machine."""
    import psutil

    return f"{psutil.virtual_memory().total / 1e9:.1f} GB"


def _packages(page: _Page) -> Iterator[Row]:
    for name in _PACKAGES:
        version = _version(name)
        if version is None:
            page.problem(f"{name} is missing; reinstall napari-devolearn")
        else:
            yield name, version
    yield "optional", ", ".join(_installed(_OPTIONAL)) or "none"


def _installed(packages: Iterable[str]) -> list[str]:
    return [f"{name} {version}" for name in packages if (version := _version(name)) is not None]


def _version(package: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _window(page: _Page) -> Iterator[Row]:
    bindings = _installed(_BINDINGS)
    yield (
        "Qt bindings",
        ", ".join(bindings) or "none; needed only for a window: pip install 'napari-devolearn[all]'",
    )
    if not bindings:
        return
    process = subprocess.run(  # noqa: S603 - no user input
        [sys.executable, "-c", _QT_SCRIPT], capture_output=True, text=True, timeout=_QT_SECONDS, check=False
    )
    if process.returncode:
        page.problem(f"Qt does not start: {_last_line(process.stderr)}; reinstall the listed binding")
    else:
        yield "Qt in use", process.stdout.strip()
    yield (
        "screen",
        os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or "system default, or none",
    )
    if has_screen():
        yield from _opengl(page)


def _opengl(page: _Page) -> Iterator[Row]:
    """The OpenGL driver, and whether triton of torch's Linux wheels crashes with the driver's LLVM."""
    graphics = probe_graphics(isolated=False)
    yield "OpenGL", graphics.driver or "none on this Qt platform"
    triton = _version("triton")
    yield "triton", triton or "none; no model needs it"
    if graphics.triton_survives:
        return
    pair = f"triton {triton} with {graphics.llvm or 'this driver'}"
    if probe_graphics(isolated=True).triton_survives:
        yield (
            "known conflict",
            f"{pair}; isolated once a model is loaded; before that, 'import triton' crashes the window",
        )
    else:
        page.problem(f"{pair} crashes the window; pip uninstall triton (no model needs it)")


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no message"])[-1]


def _devices(_: _Page) -> Iterator[Row]:
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


def _models(page: _Page) -> Iterator[Row]:
    from napari_devolearn.models.registry import bundled_models

    for files in bundled_models():
        yield files.spec.name, _weights(page, files)


def _weights(page: _Page, files: ModelFiles) -> str:
    from napari_devolearn.exceptions import WeightsError
    from napari_devolearn.models.weights import verify_weights

    try:
        size = len(verify_weights(files)) / 1e6
    except WeightsError as error:
        page.problem(str(error))
        return "damaged"
    return f"{size:.1f} MB, SHA-256 {files.spec.sha256}, verified"


def _cache(_: _Page) -> Iterator[Row]:
    import shutil
    import tempfile

    from napari_devolearn.inference.cache import MEMORY_BUDGET
    from napari_devolearn.inference.runs.resume_cache import DISK_BUDGET, cache_folder

    folder = Path(tempfile.gettempdir())
    yield (
        "memory limit",
        f"{MEMORY_BUDGET / 1e9:.1f} GB per array, the rest in {folder} (set TMPDIR to move it)",
    )
    yield "free disk space", f"{shutil.disk_usage(folder).free / 1e9:.0f} GB"
    files = [path for path in cache_folder().rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    used = f"{size / 1e6:.1f} MB of at most {DISK_BUDGET / 1e9:.0f} GB"
    yield "unfinished runs", f"{used} in {cache_folder()}"
