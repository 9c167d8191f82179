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

Mask: TypeAlias = npt.NDArray[np.bool_]
"""Voxels, pixels or rows that are chosen."""

Array: TypeAlias = npt.NDArray[np.generic]
"""Intensities, labels or columns of a table, of any dtype."""

Floats: TypeAlias = npt.NDArray[np.float64]
Floats32: TypeAlias = npt.NDArray[np.float32]
"""Numbers in double and in single precision."""

ArrayLike4D: TypeAlias = Any
"""Anything with shape, dtype, ndim and NumPy indexing: ndarray, memmap, dask or zarr array."""
