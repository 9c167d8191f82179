"""Place frames at their numbers; a missing number becomes an empty frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.calibration import Calibration
from napari_devolearn.io.core.stack import Stack

MOST_MISSING = 100_000
"""More missing frames than this mean a wrong number, not a gap."""


class PlacedFrames(NamedTuple):
    """Frames without gaps between their numbers.

    Parameters
    ----------
    data : dask.array.Array, (T, Z, Y, X)
        Zeros for a missing frame.
    numbers : tuple of int
        Consecutive.
    missing : frozenset of int
        Numbers without a frame.
    """

    data: Any
    numbers: tuple[int, ...]
    missing: frozenset[int]


def place_frames(data: Any, numbers: Sequence[int], source: Path) -> PlacedFrames:
    """Place existing frames (T, Z, Y, X) at their numbers, which are ascending; `source` is for the message.

    Raises
    ------
    ImageFormatError
        If the numbers are implausibly far apart.
    """
    whole = range(numbers[0], numbers[-1] + 1)
    absent = len(whole) - len(numbers)
    if not absent:
        return PlacedFrames(data, tuple(numbers), frozenset())
    if absent > MOST_MISSING:
        raise ImageFormatError(
            f"{source}: the frame numbers {numbers[0]} to {numbers[-1]} of {len(numbers)} frames leave "
            f"{absent} missing; rename the files with wrong numbers"
        )
    import dask.array as da

    parts, begin = [], 0
    for index, (number, following) in enumerate(pairwise([*numbers, numbers[-1] + 1])):
        if following > number + 1 or index == len(numbers) - 1:
            parts.append(data[begin : index + 1])
            begin = index + 1
        if following > number + 1:
            shape = (following - number - 1, *data.shape[1:])
            parts.append(da.zeros(shape, dtype=data.dtype, chunks=(1, *data.chunks[1:])))
    return PlacedFrames(da.concatenate(parts), tuple(whole), frozenset(whole) - frozenset(numbers))


def placed_stack(
    data: Any,
    numbers: Sequence[int],
    calibration: Calibration,
    *,
    source: Path,
    missing: Iterable[int] = (),
    **described: Any,
) -> Stack:
    """Place frames by `place_frames`; `missing` are more missing ones, `described` fields of the `Stack`."""
    placed = place_frames(data, numbers, source)
    return Stack(
        data=placed.data,
        source=source,
        voxel_size=calibration.voxel_size,
        calibration=calibration.origin,
        frame_interval=calibration.frame_interval,
        frames=placed.numbers,
        missing=placed.missing.union(missing),
        **described,
    )


def frame_ranges(numbers: Iterable[int]) -> str:
    """Shorten frame numbers for a message: "3, 5-7", with "and 12 more" after eight ranges."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    more = sum(len(run) for run in runs[8:])
    text = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs[:8])
    return f"{text} and {more} more" if more else text
