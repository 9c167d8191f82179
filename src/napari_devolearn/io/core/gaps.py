"""Place frames at their numbers; a missing number becomes an empty frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from napari_devolearn.exceptions import ImageFormatError, warn_caller
from napari_devolearn.io.core.calibration import Calibration
from napari_devolearn.io.core.stack import Stack

MOST_MISSING = 100_000
"""More missing frames than this mean a wrong number, not a gap."""


def placed_stack(
    data: Any,
    numbers: Sequence[int],
    calibration: Calibration,
    *,
    source: Path,
    missing: Iterable[int] = (),
    **described: Any,
) -> Stack:
    """Stack existing frames (T, Z, Y, X) at their numbers, which are ascending; absent ones become zeros.

    `missing` are numbers of further missing frames, `described` other fields of the `Stack`. Raises
    ImageFormatError if the numbers are implausibly far apart.
    """
    whole = range(numbers[0], numbers[-1] + 1)
    absent = len(whole) - len(numbers)
    if absent > MOST_MISSING:
        raise ImageFormatError(
            f"{source}: the frame numbers {numbers[0]} to {numbers[-1]} of {len(numbers)} frames leave "
            f"{absent} missing; rename the files with wrong numbers"
        )
    return Stack(
        data=_filled(data, numbers) if absent else data,
        source=source,
        voxel_size=calibration.voxel_size,
        calibration=calibration.origin,
        frame_interval=calibration.frame_interval,
        frames=tuple(whole),
        missing=frozenset(whole).difference(numbers).union(missing),
        **described,
    )


def _filled(data: Any, numbers: Sequence[int]) -> Any:
    """Insert empty frames where the numbers have gaps."""
    import dask.array as da

    parts = []
    gaps = [index for index in range(1, len(numbers)) if numbers[index] > numbers[index - 1] + 1]
    for begin, end in pairwise([0, *gaps, len(numbers)]):
        if begin:
            shape = (numbers[begin] - numbers[begin - 1] - 1, *data.shape[1:])
            parts.append(da.zeros(shape, dtype=data.dtype, chunks=(1, *data.chunks[1:])))
        parts.append(data[begin:end])
    return da.concatenate(parts)


def frames_within(numbers: Iterable[int], limits: tuple[int | None, int | None] | None) -> tuple[int, ...]:
    """Frame numbers from the first limit up to, not including, the second, ascending; None for no limit."""
    first, stop = limits or (None, None)
    return tuple(
        number
        for number in sorted(numbers)
        if (first is None or number >= first) and (stop is None or number < stop)
    )


def warn_of_missing(stack: Stack, what: str) -> None:
    """Warn about missing frames, if there are any; `what` names their files: "mask for"."""
    if stack.missing:
        warn_caller(
            f"{stack.source}: no {what} frames {frame_ranges(stack.missing)}; they are shown empty and count "
            "as missing"
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
