"""MATLAB files with one image or mask, with the axes Y, X, Z and optionally time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.image_file import ImageFile, check_grey
from napari_devolearn.io.pictures.mat_arrays import MatArray, mat_arrays

_CLASSES = {"uint8", "uint16", "uint32", "int8", "int16", "int32", "single", "double", "logical"}
"""Numeric classes of MATLAB."""

_HDF5 = b"\x89HDF"


def open_mat(path: Path, variable: str | None = None) -> ImageFile:
    """Open an array of a MATLAB file (up to version 7), with axes Y, X, Z, T; pixels are read at once.

    `variable` is the name of the array; by default the only one with two to four axes.

    Raises
    ------
    ImageFormatError
        If the file is damaged, of version 7.3 (HDF5), or has several arrays and none is named.
    """
    chosen = _choose(path, variable)
    pixels = _load(path, chosen)
    return ImageFile(
        path=path,
        shape=pixels.shape,
        dtype=pixels.dtype,
        read=lambda t, channel: pixels[t],  # noqa: ARG005
        title=chosen.name,
    )


def _choose(path: Path, variable: str | None) -> MatArray:
    with reading(path):
        data = path.read_bytes()
        if data.startswith((b"MATLAB 7.3", _HDF5)):
            raise ImageFormatError(
                f"{path}: is of MATLAB's version 7.3 (HDF5), which is not supported; save it in MATLAB with "
                f"save('{path.name}', 'NAME', '-v7'), or as a tif"
            )
        found = mat_arrays(data)
    arrays = [one for one in found if one.kind in _CLASSES and _is_image(one.shape)]
    if variable is not None:
        arrays = [one for one in arrays if one.name == variable]
    if len(arrays) == 1:
        return arrays[0]
    listed = ", ".join(f"{one.name} {'x'.join(map(str, one.shape))} {one.kind}" for one in found) or "nothing"
    remedy = (
        f"name one, as in {path.name}:{arrays[0].name}" if arrays else "save the stack as an array of numbers"
    )
    wanted = f"no image {variable!r}" if variable else f"{len(arrays)} images"
    raise ImageFormatError(f"{path}: {wanted} in it (it has {listed}); {remedy}")


def _is_image(shape: tuple[int, ...]) -> bool:
    return 2 <= len(shape) <= 4 and min(shape[:2]) > 1


def _load(path: Path, chosen: MatArray) -> npt.NDArray[Any]:
    with reading(path):
        array = chosen.read()
    check_grey(path, array.shape, array.dtype)
    stacked = array.reshape(*array.shape, *(1,) * (4 - array.ndim))
    return np.ascontiguousarray(stacked.transpose(3, 2, 0, 1))
