"""MATLAB files with one image or mask, with the axes Y, X, Z and optionally time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.image_file import ImageFile, check_grey

_CLASSES = {"uint8", "uint16", "uint32", "int8", "int16", "int32", "single", "double", "logical"}
"""Numeric classes of MATLAB."""


def open_mat(path: Path, variable: str | None = None) -> ImageFile:
    """Open an array of a MATLAB file (up to version 7); pixels are read on demand.

    Parameters
    ----------
    path : Path
    variable : str, optional
        Name of the array; by default the only one of two to four axes.

    Returns
    -------
    ImageFile
        Axes Y, X, Z, T there become T, Z, Y, X.

    Raises
    ------
    ImageFormatError
        If the file is damaged, of version 7.3 (HDF5), or has several arrays and none is named.
    """
    name = _choose(path, variable)

    @cache
    def load() -> npt.NDArray[Any]:
        return _load(path, name)

    pixels = load()
    return ImageFile(
        path=path,
        shape=pixels.shape,
        dtype=pixels.dtype,
        read=lambda t, channel: load()[t],  # noqa: ARG005
        title=name,
    )


def _choose(path: Path, variable: str | None) -> str:
    from scipy.io import whosmat

    with _decoding(path):
        found = whosmat(path)
    arrays = [name for name, shape, kind in found if kind in _CLASSES and _is_image(shape)]
    if variable is not None:
        arrays = [name for name in arrays if name == variable]
    if len(arrays) == 1:
        return str(arrays[0])
    listed = (
        ", ".join(f"{name} {'x'.join(map(str, shape))} {kind}" for name, shape, kind in found) or "nothing"
    )
    remedy = (
        f"say which, as in {path.name}:{arrays[0]}" if arrays else "save the stack as an array of numbers"
    )
    wanted = f"no image {variable!r}" if variable else f"{len(arrays)} images"
    raise ImageFormatError(f"{path}: {wanted} in it (it has {listed}); {remedy}")


def _is_image(shape: tuple[int, ...]) -> bool:
    return 2 <= len(shape) <= 4 and min(shape[:2]) > 1


def _load(path: Path, name: str) -> npt.NDArray[Any]:
    from scipy.io import loadmat

    with _decoding(path):
        array = np.asarray(loadmat(path, variable_names=[name])[name])
    check_grey(path, array.shape, array.dtype)
    stacked = array.reshape(*array.shape, *(1,) * (4 - array.ndim))
    return np.ascontiguousarray(stacked.transpose(3, 2, 0, 1))


@contextmanager
def _decoding(path: Path) -> Iterator[None]:
    from scipy.io.matlab import MatReadError

    with reading(path):
        try:
            yield
        except MatReadError as error:  # not a subclass of other decoder errors
            raise ValueError(str(error)) from error
        except NotImplementedError:
            raise ImageFormatError(
                f"{path}: is of MATLAB's version 7.3 (HDF5), which is not supported; save it in MATLAB with "
                f"save('{path.name}', 'NAME', '-v7'), or as a tif"
            ) from None
