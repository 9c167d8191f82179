"""Load a model in a thread without blocking the window."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from napari.layers import Layer

from napari_devolearn.inference.backends.backend import available_backends, ready_backend
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.predictor import Predictor

MANY = 200
"""Number of slices from which a faster backend is worth one more second of loading."""

# the second needs symbols of the first, as in torch itself
_LIBRARIES = (("libtorch_global_deps", "RTLD_GLOBAL"), ("libtorch_python", "RTLD_LOCAL"))


def load_in_background(name: str, device: str, slices: int = 1) -> Model:
    """Load a model like `load_model`, in a thread.

    For a few slices it uses a backend that loads quickly, for `MANY` slices the fastest one.
    """
    map_torch()
    with garbage_collection_disabled():
        from napari_devolearn.inference.load import load_model

        return load_model(name, device, backend=ready_backend() if slices < MANY else "auto")


def is_reload_faster(model: Predictor, slices: int) -> bool:
    """Whether this many slices are faster if the model is loaded again, on a faster backend."""
    if slices < MANY or model.device != "cpu" or available_backends()[0] == ready_backend():
        return False
    return model.source is not None and model.source.backend == ready_backend()


def prepare_layers(*layers: tuple[Any, dict[str, Any], str]) -> None:
    """Import and compile what napari needs to make and draw such layers, from a thread beside a window."""
    with garbage_collection_disabled():
        for one in layers:
            Layer.create(*one)


def map_torch() -> None:
    """Map torch's libraries into memory.

    ``import torch`` would do it while holding the GIL, for up to 2 s from a cold disk; a foreign call
    releases it. If this fails, the import does it.
    """
    found = find_spec("torch")
    if "torch" in sys.modules or sys.platform == "win32" or found is None or found.origin is None:
        return
    folder = Path(found.origin).parent / "lib"
    suffix = ".dylib" if sys.platform == "darwin" else ".so"
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.argtypes, dlopen.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    for library, visibility in _LIBRARIES:
        dlopen(os.fsencode(folder / f"{library}{suffix}"), os.RTLD_LAZY | getattr(os, visibility))


@contextmanager
def garbage_collection_disabled() -> Iterator[None]:
    """Disable garbage collection, which imports would trigger for 0.25 s at a time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            # exclude imported objects from the next collection
            gc.freeze()
            gc.unfreeze()
        if collecting:
            gc.enable()
