"""Types of arrays and sizes used throughout the package."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

VoxelSize: TypeAlias = tuple[float, float, float]
"""Edges of a voxel in um: (Z, Y, X)."""

Labels: TypeAlias = npt.NDArray[np.uint32]
"""Instance labels, 0 = background; of the shape of their image."""

Probability: TypeAlias = npt.NDArray[np.uint8]
"""Probability of the foreground, 0..255 for 0..1."""

ArrayLike4D: TypeAlias = Any
"""Anything with shape, dtype, ndim and NumPy indexing: ndarray, memmap, dask or zarr array."""
