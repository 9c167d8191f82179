"""Arguments of several subcommands; errors are raised for argparse."""

from __future__ import annotations

import argparse
import math
from dataclasses import fields
from typing import Any, TypeVar

from napari_devolearn._types import VoxelSize
from napari_devolearn.inference.params import SegmentParams

T = TypeVar("T")


def voxel_size(text: str) -> VoxelSize:
    """Three edges in um, from ``Z,Y,X`` or (for a 2D image) ``Y,X``."""
    try:
        edges = tuple(float(part) for part in text.split(","))
    except ValueError:
        edges = ()
    if len(edges) not in (2, 3) or not all(0 < edge < math.inf for edge in edges):
        raise argparse.ArgumentTypeError(
            f"{text!r}: give Z,Y,X (or Y,X) in um, each above 0, as in 1,0.09,0.09"
        )
    z, y, x = edges if len(edges) == 3 else (1.0, *edges)
    return z, y, x


def opening(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options `FILE_OPTIONS`, as arguments of `read_image` and `read_labels`."""
    return {name: getattr(arguments, name) for name in FILE_OPTIONS}


def params_of(kind: type[T], arguments: argparse.Namespace, **changed: Any) -> T:
    """Parameters, a dataclass, from the options of the same names; `changed` are other values."""
    given = {field.name: getattr(arguments, field.name) for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**given | changed)


def series_number(text: str) -> int:
    """Number of an image in a file, from 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number, counted from 0")
    return int(text)


def frame_range(text: str) -> tuple[int | None, int | None]:
    """Frame numbers from ``A:B``: from A up to, not including, B; either may be omitted."""
    first, colon, stop = text.partition(":")
    try:
        begin, end = (int(part) if part else None for part in (first, stop))
    except ValueError:
        begin = end = None
        colon = ""
    if not colon or (begin is not None and end is not None and begin >= end):
        raise argparse.ArgumentTypeError(f"{text!r}: give first:stop, as in 0:10 for the frames 0 to 9")
    return begin, end


def whole_number(text: str) -> int:
    """A whole number, at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number from 1")
    return int(text)


def whole_sizes(text: str) -> tuple[int, int, int]:
    """Three sizes in pixels, from ``Z,Y,X``."""
    try:
        z, y, x = (int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r}: give Z,Y,X as three whole numbers, as in 25,160,240"
        ) from None
    return z, y, x


FILE_OPTIONS = ("axes", "channel", "series")
"""Options for opening one tif."""

_SHARED: dict[str, dict[str, Any]] = {
    "threshold": {
        "type": float,
        "default": SegmentParams().threshold,
        "metavar": "P",
        "help": "probability, 0 to 1 (%(default)s)",
    },
    "voxel-size": {"type": voxel_size, "metavar": "Z,Y,X", "help": "in um; default: from the file"},
    "axes": {
        "metavar": "AXES",
        "help": "axes of a tif before Y and X, slowest first, if its header is wrong: ZT or, with sizes, "
        "T3,Z5",
    },
    "channel": {"metavar": "N|NAME", "help": "one of several channels, from 0, or its name in the file"},
    "series": {
        "type": series_number,
        "metavar": "N",
        "help": "number of the image in a file with several, from 0",
    },
    "frames": {
        "type": frame_range,
        "metavar": "A:B",
        "help": "frame numbers from A up to, not including, B",
    },
    "overwrite": {"action": "store_true", "help": "replace existing files"},
    "restrict-to-embryo": {
        "action": "store_true",
        "help": "find the embryo first, by the model 'embryo', and ignore everything outside it",
    },
    "device": {
        "default": "auto",
        "metavar": "auto|cpu|cuda:N|mps",
        "help": "device of the network (default: auto, the fastest)",
    },
    "quiet": {"action": "store_true", "help": "show no progress bar"},
}
"""Options of several subcommands, as argparse arguments."""


def add_shared(parser: argparse.ArgumentParser, *names: str) -> None:
    """Add options of several subcommands, such as "overwrite"."""
    for name in names:
        parser.add_argument(f"--{name}", **_SHARED[name])
