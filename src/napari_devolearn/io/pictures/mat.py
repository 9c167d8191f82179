"""Images or masks in MATLAB files of version 5 to 7, with the axes Y, X, Z and optionally T.

Source: "MAT-File Format", MathWorks, chapter 1. `scipy.io.loadmat` is not used, as it crashes the process
on a damaged type of values.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.image_file import ImageFile, check_grey

_HDF5 = b"\x89HDF"

_HEADER, _HEAD = 128, 1024  # bytes: before the first variable; enough for the name and size of a variable
_MATRIX, _COMPRESSED = 14, 15
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
"""NumPy type of each type of values."""

_KINDS = {
    1: "cell", 2: "struct", 3: "object", 4: "char", 5: "sparse", 6: "double", 7: "single", 8: "int8",
    9: "uint8", 10: "int16", 11: "uint16", 12: "int32", 13: "uint32", 14: "int64", 15: "uint64",
}  # fmt: skip
_COMPLEX, _LOGICAL = 0x800, 0x200
_NUMERIC = {kind for code, kind in _KINDS.items() if 6 <= code <= 13} | {"logical"}  # classes of numbers


def open_mat(path: Path, variable: str | None = None) -> ImageFile:
    """Open an array of a MATLAB file (up to version 7), with axes Y, X, Z, T; pixels are read at once.

    `variable` is the name of the array; by default the only one with two to four axes. Raises
    ImageFormatError if the file is damaged, of version 7.3 (HDF5), or has several arrays and none is named.
    """
    chosen = _choose(path, variable)
    with reading(path):
        array = chosen.read()
    check_grey(path, array.shape, array.dtype)
    stacked = array.reshape(*array.shape, *(1,) * (4 - array.ndim))
    pixels: npt.NDArray[Any] = np.ascontiguousarray(stacked.transpose(3, 2, 0, 1))
    return ImageFile(
        path=path,
        shape=pixels.shape,
        dtype=pixels.dtype,
        read=lambda t, channel: pixels[t],  # noqa: ARG005
        title=chosen.name,
    )


def _choose(path: Path, variable: str | None) -> _Array:
    with reading(path):
        data = path.read_bytes()
        if data.startswith((b"MATLAB 7.3", _HDF5)):
            raise ImageFormatError(
                f"{path}: is of MATLAB's version 7.3 (HDF5), which is not supported; save it in MATLAB with "
                f"save('{path.name}', 'NAME', '-v7'), or as a tif"
            )
        found = _arrays(data)
    arrays = [
        one for one in found if one.kind in _NUMERIC and 2 <= len(one.shape) <= 4 and min(one.shape[:2]) > 1
    ]
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


@dataclass(frozen=True, kw_only=True)
class _Array:
    """One variable of a file.

    `kind` is MATLAB's class: ``"uint16"``, ``"logical"``, ``"cell"``, ..; `element` is as stored, and `order`
    the byte order, as `struct` names it.
    """

    name: str
    shape: tuple[int, ...]
    kind: str
    element: bytes = field(repr=False)
    compressed: bool
    order: str

    def read(self) -> npt.NDArray[np.generic]:
        """Read the values, in the data type of the file: MATLAB stores small values in small types."""
        matrix = (
            next(_elements(zlib.decompress(self.element), self.order))[1] if self.compressed else self.element
        )
        flags, _, _, (code, values), *imaginary = _elements(matrix, self.order)
        if imaginary or struct.unpack(f"{self.order}I", flags[1][:4])[0] & _COMPLEX:
            raise ValueError("has complex numbers; save their magnitude instead")
        if code not in _STORED:
            raise ValueError(f"{self.name} has values of the unknown type {code}")
        dtype = np.dtype(self.order + _STORED[code])
        if len(values) != math.prod(self.shape) * dtype.itemsize:
            raise ValueError(f"{self.name} has {len(values)} bytes, but its size {self.shape} needs others")
        array = np.frombuffer(values, dtype).reshape(self.shape, order="F")
        return array.astype(dtype.newbyteorder("="), copy=False)


def _arrays(data: bytes) -> list[_Array]:
    """List the variables of a file, given all its bytes."""
    order = {b"IM": "<", b"MI": ">"}.get(data[_HEADER - 2 : _HEADER])
    if order is None:
        raise ValueError("not a MATLAB file of version 5 to 7; save it with -v7")
    return [_variable(code, element, order) for code, element in _elements(data[_HEADER:], order)]


def _variable(code: int, element: bytes, order: str) -> _Array:
    matrix, compressed = element, code == _COMPRESSED
    if compressed:
        matrix = zlib.decompressobj().decompress(element, _HEAD)
        code, matrix = struct.unpack(f"{order}I", matrix[:4])[0], matrix[8:]
    if code != _MATRIX:
        raise ValueError(f"has a variable of the unknown type {code}")
    flags, shape, name = islice(_elements(matrix, order), 3)
    word = struct.unpack(f"{order}I", flags[1][:4])[0]
    return _Array(
        name=name[1].decode("ascii", "replace"),
        shape=tuple(np.frombuffer(shape[1], f"{order}i4").tolist()),
        kind="logical" if word & _LOGICAL else _KINDS.get(word & 0xFF, "unknown"),
        element=element,
        compressed=compressed,
        order=order,
    )


def _elements(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Type and content of each data element."""
    at = 0
    while at < len(data):
        code, size = struct.unpack_from(f"{order}II", data, at)
        if code >> 16:  # up to four bytes, in the tag itself
            code, size, start, at = code & 0xFFFF, code >> 16, at + 4, at + 8
        else:
            start, end = at + 8, at + 8 + size
            at = end + (-end % 8 if code != _COMPRESSED else 0)
        if start + size > len(data) or (at - start < size):
            raise ValueError("is truncated or damaged")
        yield code, data[start : start + size]
