"""Cache of probabilities, so that a new threshold needs no new forward pass."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import weakref
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Mask, Probability
from napari_devolearn.exceptions import OutputError, warn_caller

MEMORY_BUDGET = 1 << 30
"""Bytes that one array may take in memory; a larger one is stored in a temporary file."""

RESERVE = 2 << 30
"""Bytes that stay free on the disk of the temporary files."""

_PREFIX = "napari-devolearn-"
_DELETES_OPEN_FILES = os.name == "posix"
_STALE = 3600  # seconds after which a temporary folder belongs to a killed process

Scalar = TypeVar("Scalar", bound=np.generic)


def allocate(shape: tuple[int, ...], dtype: type[Scalar], budget: int = MEMORY_BUDGET) -> npt.NDArray[Scalar]:
    """Make an array of zeros: in memory up to `budget` bytes, else a memmap on a temporary file.

    The file is sparse (only written parts use disk space). It is deleted with the array, also if the
    process is killed. A warning says when the disk may be too small.
    """
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    if size <= budget:
        return np.zeros(shape, dtype)
    _sweep()
    _warn_if_large(size)
    folder = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
    array = np.memmap(Path(folder.name) / "array", dtype=dtype, mode="w+", shape=shape)
    if _DELETES_OPEN_FILES:
        folder.cleanup()  # the open file keeps its space until the array is deleted or the process ends
    else:  # after the mapping, which closes the file, not after the array, whose end comes before that
        weakref.finalize(array._mmap, folder.cleanup)  # type: ignore[attr-defined]
    return array


def _sweep() -> None:
    """Delete files of killed processes; on Windows a file in use cannot be deleted."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if (folder / "array").is_file() and time.time() - folder.stat().st_mtime > _STALE:
                (folder / "array").unlink()
                folder.rmdir()


def _warn_if_large(size: int) -> None:
    place = tempfile.gettempdir()
    free = shutil.disk_usage(place).free
    if size > free:
        warn_caller(
            f"{place}: {free / 1e9:.0f} GB are free, but all frames need up to {size / 1e9:.0f} GB there; "
            "choose fewer frames, set TMPDIR to a larger disk, or segment to files instead"
        )


class ProbabilityCache:
    """Outputs of a model for a movie, filled slice by slice.

    `shape`: (T, Z, Y, X) of the movie.
    `outputs`: number of outputs of the model: the probability for the threshold, and those that separate
    touching objects.
    `budget`: bytes of one output in memory; a larger one is stored in a temporary file.
    Attribute `data`: (T, Z, Y, X), uint8: the first output, 0..255 for 0..1; zeros in slices that are not
    predicted yet.
    Attribute `done`: (T, Z), bool: slices that are predicted.
    """

    def __init__(
        self, shape: tuple[int, int, int, int], outputs: int = 1, budget: int = MEMORY_BUDGET
    ) -> None:
        self._outputs = [allocate(shape, np.uint8, budget) for _ in range(outputs)]
        self.data = self._outputs[0]
        self.done: Mask = np.zeros(shape[:2], bool)
        self._budget = budget
        self._nuclei: npt.NDArray[np.uint8] | None = None
        self._has_nuclei: Mask = np.zeros(shape[0], bool)

    def put(self, t: int, z: int, outputs: npt.NDArray[np.uint8]) -> None:
        """Store the outputs for one slice, (outputs, Y, X).

        Raises OutputError if the disk is nearly full: writing to a memmap on a full disk would end the
        process.
        """
        self._check_disk()
        self._has_nuclei[t] = False
        for kept, output in zip(self._outputs, outputs, strict=True):
            kept[t, z] = output
        self.done[t, z] = True

    def frame(self, t: int, planes: slice = slice(None)) -> tuple[npt.NDArray[np.uint8], ...]:
        """Some slices of a frame, (Z, Y, X), of each output."""
        return tuple(kept[t, planes] for kept in self._outputs)

    def put_nuclei(self, t: int, nuclei: Probability) -> None:
        """Store a frame's result of `predict_centres`, (2, Z, Y, X); raises OutputError as `put` does."""
        self._check_disk()
        if self._nuclei is None:
            frames, *volume = self.data.shape
            self._nuclei = allocate((frames, 2, *volume), np.uint8, self._budget)
        self._nuclei[t] = nuclei
        self._has_nuclei[t] = True

    def nuclei(self, t: int) -> Probability | None:
        """The stored result of `predict_centres`, (2, Z, Y, X), unless the probabilities are newer."""
        return self._nuclei[t] if self._nuclei is not None and self._has_nuclei[t] else None

    def _check_disk(self) -> None:
        if isinstance(self.data, np.memmap) and shutil.disk_usage(tempfile.gettempdir()).free < RESERVE:
            raise OutputError(
                f"{tempfile.gettempdir()}: less than {RESERVE / 1e9:.0f} GB are free, so no more frames are "
                "stored; free some space, set TMPDIR to a larger disk, or segment to files instead"
            )
