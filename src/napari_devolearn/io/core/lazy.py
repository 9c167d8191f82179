"""Frames that are read on demand, as one dask array."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt

_CHUNK = 32 * 2**20  # maximum bytes to read to show one slice


@dataclass(frozen=True)
class _Frames:
    """Source of dask's chunks."""

    read: Callable[..., npt.NDArray[Any]]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    by_slices: bool

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __getitem__(self, key: tuple[slice, ...]) -> npt.NDArray[Any]:
        times = range(self.shape[0])[key[0]]
        if self.by_slices:
            return np.stack([self.read(t, key[1])[(slice(None), *key[2:])] for t in times])
        return np.stack([self.read(t)[key[1:]] for t in times])


def lazy_frames(
    read: Callable[..., npt.NDArray[Any]],
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    *,
    by_slices: bool = False,
) -> Any:
    """Make a dask array with one chunk per frame or, for large frames, per run of slices.

    `read` takes an index along T and, `by_slices`, a slice along Z; it returns an ndarray such as (Z, Y, X)
    of an array of the shape (T, Z, Y, X).
    """
    import dask.array as da

    chunks = (1, *shape[1:])
    if by_slices:
        plane = math.prod(shape[2:]) * dtype.itemsize
        chunks = (1, min(shape[1], max(1, _CHUNK // max(1, plane))), *shape[2:])
    return da.from_array(
        _Frames(read, shape, dtype, by_slices),
        chunks=chunks,
        # a new name each time, so that a cache does not return the old content of a file
        name=f"frames-{uuid4().hex}",
        meta=np.empty((0,) * len(shape), dtype),
        asarray=False,
        fancy=False,
    )


def read_here(lazy: Any) -> npt.NDArray[Any]:
    """Compute a lazy array in this process, whatever scheduler dask uses.

    A worker that submits the reading of its frame to its own cluster would wait for itself.
    """
    return np.asarray(lazy.compute(scheduler="threads") if hasattr(lazy, "compute") else lazy)
