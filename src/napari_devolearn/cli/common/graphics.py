"""Test in separate processes Qt, the OpenGL driver, and whether triton can be imported with it.

Importing them ends the process if libraries are missing.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import PurePath
from typing import NamedTuple

_SECONDS = 120

_QT_SCRIPT = "import qtpy, qtpy.QtWidgets; print(qtpy.API_NAME, qtpy.QT_VERSION)"
_SCRIPT = """
import qtpy, sys
from vispy.app import Canvas, use_app
use_app(qtpy.API_NAME.lower())
canvas = Canvas(show=False)
from vispy.gloo import gl
from napari_devolearn.models.networks.triton import foreign_llvm, isolate_triton
print(gl.glGetParameter(gl.GL_RENDERER))
print(gl.glGetParameter(gl.GL_VERSION))
print(foreign_llvm() or "", flush=True)
if "isolated" in sys.argv:
    isolate_triton()
try:
    import triton
except ImportError:
    pass
"""


class Graphics(NamedTuple):
    """The OpenGL driver.

    `driver`: renderer and version; empty if this Qt platform has no OpenGL.
    `llvm`: file name of the LLVM that the driver has loaded; empty without one.
    `triton_survives`: whether ``import triton`` works in a process with a window, without a crash.
    """

    driver: str
    llvm: str
    triton_survives: bool


def probe_qt() -> str:
    """Start Qt; returns its binding and version. Raises OSError as `probe_graphics`."""
    process = _run(_QT_SCRIPT)
    if process.returncode:
        raise OSError(_last_line(process.stderr))
    return process.stdout.strip()


def probe_graphics(*, isolated: bool) -> Graphics:
    """Open a canvas as napari does, and import triton.

    `isolated`: import it as after the first loaded model, bound to its own LLVM.
    Raises OSError if there is no canvas; the message is the last line of Qt's or OpenGL's output.
    """
    process = _run(_SCRIPT, *(["isolated"] if isolated else []))
    if process.stdout.count("\n") < 3:
        raise OSError(_last_line(process.stderr))
    renderer, version, llvm = process.stdout.split("\n")[:3]
    driver = ", ".join(text for text in (renderer, version) if text)
    return Graphics(driver, PurePath(llvm).name, process.returncode == 0)


def _run(script: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no message"])[-1]
