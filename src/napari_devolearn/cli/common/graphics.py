"""The OpenGL driver, and whether triton can be imported next to it; each tested in a separate process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import PurePath
from typing import NamedTuple

_SECONDS = 120

_ASK = """
import qtpy, sys
from vispy.app import Canvas, use_app
use_app(qtpy.API_NAME.lower())
canvas = Canvas(show=False)
from vispy.gloo import gl
from napari_devolearn.models.networks.triton import foreign_llvm, isolate_triton
print(gl.glGetParameter(gl.GL_RENDERER))
print(gl.glGetParameter(gl.GL_VERSION))
print(foreign_llvm() or "", flush=True)
if "apart" in sys.argv:
    isolate_triton()
try:
    import triton
except ImportError:
    pass
"""


class Graphics(NamedTuple):
    """The driver of OpenGL.

    Parameters
    ----------
    driver : str
        Renderer and version; empty if this Qt platform has no OpenGL.
    llvm : str
        File name of the LLVM that the driver has loaded; empty without one.
    triton_survives : bool
        Whether ``import triton`` does not crash a process with a window.
    """

    driver: str
    llvm: str
    triton_survives: bool


def ask_graphics(*, apart: bool) -> Graphics:
    """Open a canvas as napari does, and import triton.

    `apart`: import it as after the first loaded model: bound to its own LLVM.
    Raises OSError if there is no canvas; the message is the last line of Qt's or OpenGL's output.
    """
    command = [sys.executable, "-c", _ASK, *(["apart"] if apart else [])]
    asked = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
    if asked.stdout.count("\n") < 3:
        raise OSError((asked.stderr.strip().splitlines() or ["no message"])[-1])
    renderer, version, llvm = asked.stdout.split("\n")[:3]
    driver = ", ".join(text for text in (renderer, version) if text)
    return Graphics(driver, PurePath(llvm).name, asked.returncode == 0)
