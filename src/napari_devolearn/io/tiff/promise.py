"""The header of one image in a tif, and its comparison with the pages."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import AxesError, ImageFormatError
from napari_devolearn.io.core.calibration import Calibration
from napari_devolearn.io.tiff.axes import HINT, example_axes

COLOURS = (2, 6)
"""Values of the tag PhotometricInterpretation of RGB images: RGB and YCbCr."""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One image as its header describes it; other fields are those of `ImageFile`.

    `by`: kind of header, for messages: ``"ImageJ header"``.
    `letters`: the axes before Y and X, slowest first: T, Z, C; I or Q if unnamed. They run over pages; those
    within a page are added when the header is compared with its pages.
    `sizes`: sizes of these axes.
    `plane`: (Y, X), if the header has it.
    `pages`: index of the page of each plane, -1 if missing; None for all pages in their order.
    `problem`: why the axes are not trustworthy; "" if they are.
    """

    by: str
    letters: str
    sizes: tuple[int, ...]
    calibration: Calibration | None = None
    channel_names: tuple[str, ...] = ()
    title: str = ""
    frames: tuple[int, ...] = ()
    missing: frozenset[int] = frozenset()
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    notes: tuple[str, ...] = ()
    plane: tuple[int, int] | None = None
    pages: npt.NDArray[np.intp] | None = None
    problem: str = ""
    rgb: bool = False


def number(value: object) -> float | None:
    """A number in a header, also with a decimal comma; None if missing, NaN if it is not a number."""
    if value is None or value == "":
        return None
    try:
        return float(str(value).strip().replace(",", "."))
    except ValueError:
        return float("nan")


def fit_pages(
    path: Path,
    promise: Promise,
    index: npt.NDArray[np.intp],
    there: int,
    inside: int,
    *,
    in_run: bool = False,
) -> tuple[Promise, npt.NDArray[np.intp]]:
    """Accept a header that matches its pages, or the complete frames of an interrupted movie.

    `index`, (N,), is the page of each plane of the promise, -1 if missing; `there` is the number of existing
    pages, `inside` that of the planes per page. `in_run`: all pixels follow one page header, so that missing
    ones mean a truncated file. Returns the promise with the sizes of the pages, and the index without missing
    pages. Raises AxesError if header and pages contradict each other; ImageFormatError if the file is
    truncated.
    """
    planes = there * inside
    by_axis = dict(zip(promise.letters, promise.sizes, strict=True))
    hint = HINT.format(example=example_axes(planes, by_axis.get("T", 0), by_axis.get("Z", 0)))
    sizes = " x ".join(f"{letter}{size}" for letter, size in zip(promise.letters, promise.sizes, strict=True))
    problem = promise.problem
    if not problem and min(promise.sizes, default=1) < 1:
        problem = f"its {promise.by} gives implausible sizes ({sizes})"
    if problem:
        raise AxesError(f"{path}: {problem}, and {planes} planes are there; {hint}")
    promised = math.prod(promise.sizes)
    if promised == there and not (index < 0).any():
        return promise, index
    numbers = f"its {promise.by} gives {promised * inside} planes ({sizes}), but it has {planes}"
    if in_run and there < promised:
        if planes % by_axis.get("Z", 1):  # within a volume
            hint = HINT.format(example=f"Z{planes}")
        raise ImageFormatError(f"{path}: truncated: {numbers}; copy it again, or {hint}")
    missing = np.flatnonzero(index < 0)
    whole = int(missing[0]) if len(missing) else min(there, promised)
    volume = promised // promise.sizes[0] if promise.sizes else 1
    frames = whole // volume
    if promise.letters[:1] != "T" or frames < 1 or there > promised:
        raise AxesError(f"{path}: {numbers}; copy it again, or {hint}")
    left = (there - frames * volume) * inside
    note = f"{numbers}, as after an interrupted recording; its first {frames} frames are opened"
    if left:
        note += f", {left} planes of other frames are omitted"
    shown = (frames, *promise.sizes[1:])
    return replace(promise, sizes=shown, notes=(*promise.notes, note)), index[: frames * volume]
