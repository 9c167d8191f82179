"""Frames that are read when they are shown, as one dask array."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class _Frames:
    """What dask takes its chunks from."""

    read: Callable[[int], npt.NDArray[Any]]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __getitem__(self, key: tuple[slice, ...]) -> npt.NDArray[Any]:
        return np.stack([self.read(t)[key[1:]] for t in range(self.shape[0])[key[0]]])


def lazy_frames(read: Callable[[int], npt.NDArray[Any]], shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Make a dask array with one chunk for each frame.

    Parameters
    ----------
    read : callable
        Takes the index along T, gives an ndarray such as (Z, Y, X).
    shape : tuple of int
        Such as (T, Z, Y, X).
    dtype : dtype

    Returns
    -------
    dask.array.Array
    """
    import dask.array as da

    return da.from_array(
        _Frames(read, shape, dtype),
        chunks=(1, *shape[1:]),
        # a new name each time: a cache must not take what lay in a file before for what is there now
        name=f"frames-{uuid4().hex}",
        meta=np.empty((0,) * len(shape), dtype),
        asarray=False,
        fancy=False,
    )


def read_here(lazy: Any) -> npt.NDArray[Any]:
    """Compute an array in this process, whatever scheduler dask is set to.

    A worker that would hand the reading of its frame to its own cluster waits for itself, for ever.

    Parameters
    ----------
    lazy : dask.array.Array or array-like

    Returns
    -------
    ndarray
    """
    return np.asarray(lazy.compute(scheduler="threads") if hasattr(lazy, "compute") else lazy)
