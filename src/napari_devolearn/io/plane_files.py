"""Join tifs of single planes or channels, as microscopes export them: ``a_t01_z03_ch00.tif``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError, warn_caller
from napari_devolearn.io.core.calibration import Calibration, calibration_from
from napari_devolearn.io.core.gaps import frame_ranges
from napari_devolearn.io.core.image_file import ImageFile
from napari_devolearn.io.ctc.checks import check_alike
from napari_devolearn.io.ctc.names import parse_name

_PLANE = re.compile(r"(?<![a-z])(?:z|slice|plane)[_-]?([0-9]+)", re.IGNORECASE)
_CHANNEL = re.compile(
    r"(?<![a-z])(?:ch|channel|c)[0-9]+(?=[^a-z0-9]|t[0-9])|(?<=_)w[0-9][^_.]*", re.IGNORECASE
)
"""``ch00`` of LAS X, ``c1`` of ZEN, ``channel000`` of Micro-Manager, ``w1GFP`` of MetaMorph."""
_MICRO_MANAGER = re.compile(r"(img_[0-9]{9}_)(.+)_([0-9]{3})(?=\.tif)")
"""Time, name of the channel and plane, of Micro-Manager 1.4."""

_MOST_SKIPPED = 10
"""Most numbers in file names, for each file, of which some can be missing."""


class _Place(NamedTuple):
    """Of a file: its name without plane and channel, its plane along Z, and its channel."""

    rest: str
    plane: int | None
    channel: str


def join_planes(files: Sequence[ImageFile]) -> list[ImageFile]:
    """Join files, one time point each, that their names make planes or channels of the same time point.

    Others are unchanged; the order is that of the first file of each time point. Raises ImageFormatError if
    planes or channels of a time point are missing or given twice, or differ in size or type.
    """
    groups: dict[str, dict[tuple[str, int | None], ImageFile]] = {}
    for file in files:
        place = _place(file)
        group = groups.setdefault(f"{file.path.parent}/{place.rest}", {})
        if other := group.get((place.channel, place.plane)):
            raise ImageFormatError(
                f"{file.path}: is the same plane as {other.path.name}; keep one of them in the folder"
            )
        group[place.channel, place.plane] = file
    return [_join(group) for group in groups.values()]


def warn_of_skipped_numbers(files: Sequence[ImageFile], folder: Path) -> None:
    """Warn if names that differ in one number, such as a_1.tif, a_2.tif, a_4.tif, skip some of its steps.

    Names of the Cell Tracking Challenge, whose numbers are those of the frames, have a warning of their own.
    """
    parts = [re.split(r"([0-9]+)", file.path.name.lower()) for file in files]
    if len(parts) < 3 or len({len(part) for part in parts}) > 1 or parse_name(files[0].path):
        return
    differing = [column for column in zip(*parts, strict=True) if len(set(column)) > 1]
    if len(differing) != 1 or not all(part.isdecimal() for part in differing[0]):
        return
    numbers = sorted(map(int, differing[0]))
    step = min(b - a for a, b in pairwise(numbers))
    if not step or (numbers[-1] - numbers[0]) // step > _MOST_SKIPPED * len(numbers):  # dates, for example
        return
    if skipped := sorted({*range(numbers[0], numbers[-1], step)} - {*numbers}):
        warn_caller(
            f"{folder}: its file names skip {frame_ranges(skipped)}, and the frames are counted without "
            "them; if files are missing, copy them again"
        )


def _place(file: ImageFile) -> _Place:
    rest, plane, channel = file.path.name, None, ""
    if file.channels == 1 and (match := _MICRO_MANAGER.search(rest)) and file.shape[1] == 1:
        return _Place(match[1], int(match[3]), match[2])
    if file.channels == 1 and (match := _CHANNEL.search(rest)):
        channel, rest = match[0], f"{rest[: match.start()]}*{rest[match.end() :]}"
    if file.shape[1] == 1 and (match := _PLANE.search(rest)):
        plane, rest = int(match[1]), f"{rest[: match.start()]}*{rest[match.end() :]}"
    return _Place(rest, plane, channel)


def _join(group: Mapping[tuple[str, int | None], ImageFile]) -> ImageFile:
    files = list(group.values())
    first = files[0]
    if len(files) == 1:
        return first
    check_alike(files)
    names = sorted({channel for channel, _ in group}, key=lambda name: (len(name), name))
    planes = sorted({plane for _, plane in group if plane is not None})
    steps = range(planes[0], planes[-1] + 1) if planes else (None,)
    if missing := [f"{name} z{z}" for name in names for z in steps if (name, z) not in group]:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise ImageFormatError(
            f"{first.path}: by the file names, other planes of its time point are missing: "
            f"{', '.join(map(str.strip, missing[:5]))}{more}; copy them again, or save each volume as one tif"
        )
    depth = len(planes) or first.shape[1]
    return replace(
        first,
        shape=(first.shape[0], depth, *first.shape[2:]),
        read=_Read([[group[name, z] for z in steps] for name in names]),
        by_slices=bool(planes) or first.by_slices,
        channels=len(names),
        channel_names=tuple(names) if len(names) > 1 else (),
        axes="",
        calibration=_deep(first.calibration, depth),
    )


def _deep(calibration: Calibration | None, depth: int) -> Calibration | None:
    """The calibration of a plane for a volume, whose size along Z a plane may not have."""
    if calibration is None or not calibration.voxel_size or not calibration.flat or depth == 1:
        return calibration
    _, y, x = calibration.voxel_size
    return calibration_from(
        {"Y": y, "X": x},
        calibration.frame_interval,
        origin=calibration.origin,
        slices=depth,
        notes=calibration.notes,
    )


@dataclass(frozen=True)
class _Read:
    """Read a volume, (Z, Y, X), from the files of each channel: one of each plane, or one of all."""

    files: Sequence[Sequence[ImageFile]]

    def __call__(self, t: int, channel: int, slices: slice = slice(None)) -> npt.NDArray[Any]:
        files = self.files[channel]
        if len(files) > 1:
            return np.concatenate([file.read(t, 0) for file in files[slices]])
        return files[0].read(t, 0, slices) if files[0].by_slices else files[0].read(t, 0)[slices]
