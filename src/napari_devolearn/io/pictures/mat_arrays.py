"""Arrays of numbers in MATLAB files of version 5 to 7.

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

import numpy as np
import numpy.typing as npt

_HEADER, _HEAD = 128, 1024  # bytes: before the first variable; enough for the name and size of a variable
_MATRIX, _COMPRESSED = 14, 15
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
"""NumPy type of each type of values."""

_CLASSES = {
    1: "cell", 2: "struct", 3: "object", 4: "char", 5: "sparse", 6: "double", 7: "single", 8: "int8",
    9: "uint8", 10: "int16", 11: "uint16", 12: "int32", 13: "uint32", 14: "int64", 15: "uint64",
}  # fmt: skip
_COMPLEX, _LOGICAL = 0x800, 0x200


@dataclass(frozen=True, kw_only=True)
class MatArray:
    """One variable of a file.

    Parameters
    ----------
    name : str
    shape : tuple of int
    kind : str
        MATLAB's class: ``"uint16"``, ``"logical"``, ``"cell"``, ..
    element : bytes
        As stored.
    compressed : bool
    order : str
        Byte order, as `struct` names it.
    """

    name: str
    shape: tuple[int, ...]
    kind: str
    element: bytes = field(repr=False)
    compressed: bool
    order: str

    def read(self) -> npt.NDArray[np.generic]:
        """Read the values, in the data type of the file: MATLAB stores small values in small types.

        Raises
        ------
        ValueError, zlib.error
            If they are damaged, complex, or do not match the shape.
        """
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


def mat_arrays(data: bytes) -> list[MatArray]:
    """List the variables of a file, given all its bytes.

    Raises
    ------
    ValueError, struct.error, zlib.error
        If it is damaged, or not such a file.
    """
    order = {b"IM": "<", b"MI": ">"}.get(data[_HEADER - 2 : _HEADER])
    if order is None:
        raise ValueError("not a MATLAB file of version 5 to 7; save it with -v7")
    return [_variable(code, element, order) for code, element in _elements(data[_HEADER:], order)]


def _variable(code: int, element: bytes, order: str) -> MatArray:
    matrix, compressed = element, code == _COMPRESSED
    if compressed:
        matrix = zlib.decompressobj().decompress(element, _HEAD)
        code, matrix = struct.unpack(f"{order}I", matrix[:4])[0], matrix[8:]
    if code != _MATRIX:
        raise ValueError(f"has a variable of the unknown type {code}")
    flags, shape, name = islice(_elements(matrix, order), 3)
    word = struct.unpack(f"{order}I", flags[1][:4])[0]
    return MatArray(
        name=name[1].decode("ascii", "replace"),
        shape=tuple(np.frombuffer(shape[1], f"{order}i4").tolist()),
        kind="logical" if word & _LOGICAL else _CLASSES.get(word & 0xFF, "unknown"),
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
