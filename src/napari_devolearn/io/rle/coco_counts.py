"""COCO counts: alternating lengths of background and object, with pixels in column order.

pycocotools does not check counts and reads outside its memory if they do not match the image, so they are
decompressed and checked here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import RLEFormatError
from napari_devolearn.io.rle.runs import Runs, turned

Counts = npt.NDArray[np.int64]

_MOST_DIGITS = 13  # six 5-bit digits are enough for any count of a 32-bit image; more would overflow 64 bits


def parse_counts(counts: Any) -> Counts:
    """Parse counts, compressed (str or bytes) or a list of int; raises RLEFormatError if invalid."""
    if isinstance(counts, str | bytes):
        return unpack_counts(counts.encode("utf-8") if isinstance(counts, str) else counts)
    if isinstance(counts, list) and all(type(one) is int and abs(one) < 2**53 for one in counts):
        return np.array(counts, np.int64)
    raise RLEFormatError("has counts that are neither a string nor a list of whole numbers")


def unpack_counts(packed: bytes) -> Counts:
    """Decompress counts (``rleFrString`` of the COCO API, maskApi.c).

    Each number has base-32 digits, lowest first, as characters from 48 up; bit 6 means that another digit
    follows, bit 5 of the last digit is the sign. From the fourth on, a number is the difference from the
    number two before it. Raises RLEFormatError if a character is invalid, or the last number is incomplete.
    """
    digits = np.frombuffer(packed, np.uint8).astype(np.int64) - 48
    if ((digits < 0) | (digits > 63)).any():
        raise RLEFormatError("has counts with invalid characters")
    if digits.size and digits[-1] & 32:
        raise RLEFormatError("has counts whose last number is incomplete")
    numbers: list[int] = []
    value = place = 0
    for digit in digits.tolist():
        value |= (digit & 31) << (5 * place)
        place += 1
        if digit & 32:
            if place > _MOST_DIGITS:
                raise RLEFormatError("has a count larger than any image")
            continue
        value -= (1 << (5 * place)) if digit & 16 else 0
        numbers.append(value + (numbers[-2] if len(numbers) > 2 else 0))
        value = place = 0
    if any(abs(one) >= 2**53 for one in numbers):
        raise RLEFormatError("has a count larger than any image")
    return np.array(numbers, np.int64)


def runs_of_counts(counts: Counts, shape: tuple[int, int]) -> Runs:
    """Convert counts in column order to runs in row order.

    Raises RLEFormatError if a count is negative, or their sum is not the number of pixels.
    """
    if (counts < 0).any():
        raise RLEFormatError(f"has a count of {counts.min()}; runs have at least 0 pixels")
    total = sum(counts.tolist())
    if total != shape[0] * shape[1]:
        raise RLEFormatError(
            f"has counts of {total} pixels, but its image has {shape[0]} x {shape[1]} (Y x X)"
        )
    ends = np.cumsum(counts)
    object_counts = counts[1::2]
    columns = np.stack([ends[1::2] - object_counts, object_counts], axis=1)
    return turned(columns, shape[::-1])


def counts_of_runs(runs: Runs, shape: tuple[int, int]) -> Counts:
    """Convert runs in row order to counts in column order, beginning with background."""
    starts, lengths = turned(runs, shape).T
    edges = np.stack([starts, starts + lengths], axis=1).ravel()
    last = shape[0] * shape[1]
    counts: Counts = np.diff(edges, prepend=0, append=last)
    return counts[:-1] if edges.size and edges[-1] == last else counts
