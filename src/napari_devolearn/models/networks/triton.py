"""Isolate triton's LLVM from that of OpenGL drivers.

torch's compiler imports triton, whose library exports all of LLVM from version 3.7 on. Mesa also uses LLVM,
in another version and with global symbols. triton would then call Mesa's LLVM, and the process would crash
(SIGSEGV in ``triton/knobs.py``). No model needs triton, but timm, torch.optim and other plugins import it.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from pathlib import Path

_LIBRARY = "triton._C.libtriton"
_MAPS = Path("/proc/self/maps")


def isolate_triton() -> None:
    """Make later imports of triton use triton's own LLVM; imports nothing itself."""
    if hasattr(os, "RTLD_DEEPBIND") and not any(
        isinstance(finder, _TritonFinder) for finder in sys.meta_path
    ):
        sys.meta_path.insert(0, _TritonFinder())


def foreign_llvm() -> str | None:
    """Path of the LLVM library that an OpenGL driver has loaded into this process, or None."""
    lines = _MAPS.read_text().splitlines() if _MAPS.exists() else []
    return next((line.split(maxsplit=5)[-1] for line in lines if "/libLLVM" in line), None)


class _TritonFinder(MetaPathFinder):
    """Loads triton's library with its own symbols before Python does; the import then proceeds as usual."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, _: object = None) -> None:
        if fullname == _LIBRARY and foreign_llvm():
            for library in (file for folder in path or () for file in Path(folder).glob("libtriton*.so")):
                ctypes.CDLL(str(library), mode=os.RTLD_NOW | os.RTLD_DEEPBIND)
