"""Test in separate processes the OpenGL driver, and whether triton can be imported with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import PurePath
from typing import NamedTuple

_SECONDS = 120

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

    Parameters
    ----------
    driver : str
        Renderer and version; empty if this Qt platform has no OpenGL.
    llvm : str
        File name of the LLVM that the driver has loaded; empty without one.
    triton_survives : bool
        Whether ``import triton`` works in a process with a window, without a crash.
    """

    driver: str
    llvm: str
    triton_survives: bool


def probe_graphics(*, isolated: bool) -> Graphics:
    """Open a canvas as napari does, and import triton.

    `isolated`: import it as after the first loaded model, bound to its own LLVM.
    Raises OSError if there is no canvas; the message is the last line of Qt's or OpenGL's output.
    """
    command = [sys.executable, "-c", _SCRIPT, *(["isolated"] if isolated else [])]
    process = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
    if process.stdout.count("\n") < 3:
        raise OSError((process.stderr.strip().splitlines() or ["no message"])[-1])
    renderer, version, llvm = process.stdout.split("\n")[:3]
    driver = ", ".join(text for text in (renderer, version) if text)
    return Graphics(driver, PurePath(llvm).name, process.returncode == 0)
