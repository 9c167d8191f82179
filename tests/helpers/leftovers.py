"""Find suspended generators and threads that remain after work has ended."""

from __future__ import annotations

import gc
import inspect
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import GeneratorType

import napari_devolearn
from napari_devolearn.inference.threads import THREAD_NAME

_PACKAGE = str(Path(napari_devolearn.__file__).parent)
_PATIENCE = 20  # seconds, for threads that are not joined


def suspended() -> set[str]:
    """Generators of the package that are suspended and will not be resumed."""
    return {
        f"{one.gi_code.co_qualname} ({Path(one.gi_code.co_filename).name}:{one.gi_frame.f_lineno})"
        for one in gc.get_objects()
        if isinstance(one, GeneratorType)
        and one.gi_code.co_filename.startswith(_PACKAGE)
        and inspect.getgeneratorstate(one) == inspect.GEN_SUSPENDED
    }


def own_threads() -> set[str]:
    """Names of the running threads that the package started."""
    return {thread.name for thread in threading.enumerate() if thread.name.startswith(THREAD_NAME)}


def threads_end() -> bool:
    """Whether the package's threads end by themselves."""
    end = time.monotonic() + _PATIENCE
    while own_threads() and time.monotonic() < end:
        time.sleep(0.01)
    return not own_threads()


@contextmanager
def nothing_left() -> Iterator[None]:
    """Fail if the block leaves a suspended generator or a thread; garbage collection is off meanwhile."""
    assert threads_end()  # those of an iterator that was dropped before
    gc.collect()
    gc.freeze()  # what remains is not searched again, which took most of the time
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
        left = suspended()
        assert not left, f"suspended: {sorted(left)}"
        assert not own_threads()
    finally:
        if collecting:
            gc.enable()
