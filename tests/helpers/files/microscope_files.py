"""Small LSM (Zeiss) and STK (MetaMorph) files, written byte by byte from the formats' tags."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

_SHORT, _LONG, _RATIONAL, _BYTE = 3, 4, 5, 1
_LETTERS = {_SHORT: "H", _LONG: "I", _RATIONAL: "I", _BYTE: "B"}
Entry = tuple[int, int, int, list[int]]
"""Code, type, count and values of a tag."""


def write_lsm(
    path: Path,
    pixels: np.ndarray,
    *,
    voxel_size: tuple[float, float, float] = (1.0, 0.2, 0.2),
    seconds: float = 0.0,
    scan_type: int = 6,
    thumbnails: bool = True,
) -> Path:
    """Write a time series of stacks as LSM 510 does: channels in a page, a thumbnail after each page.

    Parameters
    ----------
    path : Path
    pixels : ndarray, (T, Z, C, Y, X), uint8 or uint16
    voxel_size : tuple of float
        (Z, Y, X) in um.
    seconds : float
        Between two frames.
    scan_type : int
        6 for a time series of stacks, 3 of planes, 0 for a stack.
    thumbnails : bool

    Returns
    -------
    Path
    """
    t, z, c, y, x = pixels.shape
    info = np.zeros(1, np.dtype(tifffile.TIFF.CZ_LSMINFO).newbyteorder("<"))
    info["MagicNumber"], info["StructureSize"] = 0x0400494C, info.dtype.itemsize
    for name, size in zip(("Time", "Z", "Channels", "Y", "X"), pixels.shape, strict=True):
        info[f"Dimension{name}"] = size
    for axis, edge in zip("ZYX", voxel_size, strict=True):
        info[f"VoxelSize{axis}"] = edge * 1e-6
    info["TimeIntervall"], info["ScanType"], info["DataType"] = seconds, scan_type, pixels.itemsize
    pages = []
    for number, page in enumerate(pixels.reshape(t * z, c, y, x)):
        extra = [(34412, _BYTE, info.nbytes, list(info.tobytes()))] if number == 0 else []
        pages.append((page, 0, extra))
        if thumbnails:
            pages.append((np.zeros((3, 4, 4), np.uint8), 1, []))
    return _write(path, pages)


def write_stk(
    path: Path,
    pixels: np.ndarray,
    *,
    pixel_size: float | None = 0.2,
    z_step: float = 1.5,
    milliseconds: int = 0,
    unit: str = "um",
    promised: int | None = None,
) -> Path:
    """Write planes as MetaMorph does: one page header, all other planes after the pixels of the first.

    Parameters
    ----------
    path : Path
    pixels : ndarray, (N, Y, X)
    pixel_size : float or None
        In `unit`; None for an uncalibrated file.
    z_step : float
        um; 0 for a time series.
    milliseconds : int
        Between two planes.
    unit : str
    promised : int or None
        Number of planes in the header; None for the right one.

    Returns
    -------
    Path
    """
    count = promised or len(pixels)
    planes = [
        number
        for plane in range(count)
        for number in (round(z_step * 1000), 1000, 2451545, plane * milliseconds, 2451545, 0)
    ]
    tags = [(33629, _RATIONAL, count, planes)]  # UIC2tag: six numbers for each plane
    calibrated = pixel_size is not None
    data = pixels.tobytes()
    spare = 8 + len(data)
    said = struct.pack("<3I", round((pixel_size or 1) * 10000), 10000, len(unit) + 1) + unit.encode() + b"\0"
    uic1 = [3, int(calibrated), 4, spare, 5, spare, 6, spare + 8] if calibrated else [3, 0]
    tags.append((33628, _LONG, len(uic1) // 2, uic1))
    return _write(path, [(pixels[:1], 0, tags)], after_first=data[pixels[0].nbytes :] + said)


def _write(path: Path, pages: list[tuple[np.ndarray, int, list[Entry]]], after_first: bytes = b"") -> Path:
    file = bytearray(struct.pack("<2sHI", b"II", 42, 0))
    link = 4
    for number, (pixels, kind, extra) in enumerate(pages):
        samples, y, x = pixels.shape
        places = [len(file) + k * pixels[0].nbytes for k in range(samples)]
        file += pixels.astype(pixels.dtype.newbyteorder("<")).tobytes() + (
            after_first if number == 0 else b""
        )
        bits = [8 * pixels.itemsize] * samples
        entries: list[Entry] = [
            (254, _LONG, 1, [kind]), (256, _LONG, 1, [x]), (257, _LONG, 1, [y]),
            (258, _SHORT, samples, bits), (259, _SHORT, 1, [1]), (262, _SHORT, 1, [1]),
            (273, _LONG, samples, places), (277, _SHORT, 1, [samples]), (278, _LONG, 1, [y]),
            (279, _LONG, samples, [pixels[0].nbytes] * samples), (284, _SHORT, 1, [2 if samples > 1 else 1]),
            *extra,
        ]  # fmt: skip
        link = _write_header(file, sorted(entries), link)
    path.write_bytes(bytes(file))
    return path


def _write_header(file: bytearray, entries: list[Any], link: int) -> int:
    """Append a page header and its values, and enter it where the one before points to."""
    rows = b""
    for code, kind, count, values in entries:
        raw = struct.pack(f"<{len(values)}{_LETTERS[kind]}", *values)
        if len(raw) > 4 or (code, count) == (258, 2):  # LSM 510 never stores the bits of two channels inline
            place = len(file)
            file += raw
            raw = struct.pack("<I", place)
        rows += struct.pack("<HHI", code, kind, count) + raw.ljust(4, b"\0")
    file += b"\0" * (len(file) % 2)
    struct.pack_into("<I", file, link, len(file))
    file += struct.pack("<H", len(entries)) + rows
    link = len(file)
    file += struct.pack("<I", 0)
    return link
