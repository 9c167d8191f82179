"""Run-length masks: the pixels of an object as pairs of start and length."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import RLEFormatError
from napari_devolearn.io.core.border import reading

Runs = npt.NDArray[np.int64]
"""(N, 2): first pixel, from 0, and length of each run; pixels are counted in row order, as in C."""

MOST_PIXELS = 2**28
"""Maximum pixels of an image: more than any annotated by hand, and few enough for memory."""

_MOST_IN_TABLE = 2**36
"""Maximum pixels of all images, or all objects, of a table: twice those of the largest public one."""


def parse_shape(height: Any, width: Any) -> tuple[int, int]:
    """Parse the size of an image, (Y, X); raises RLEFormatError if it is invalid."""
    texts = [str(one) for one in (height, width) if type(one) in (int, str)]
    if len(texts) == 2 and all(re.fullmatch("[0-9]{1,10}", text) for text in texts):
        shape = int(texts[0]), int(texts[1])
        if 0 < shape[0] * shape[1] <= MOST_PIXELS:
            return shape
    size = " x ".join(map(reprlib.repr, (width, height)))
    raise RLEFormatError(f"invalid size, {size} pixels")


def check_total(pixels: int, path: Path, what: str) -> None:
    """Raise RLEFormatError if the images (or objects) of a table have implausibly many pixels together."""
    if pixels > _MOST_IN_TABLE:
        raise RLEFormatError(
            f"{path}: its {what} have more than {_MOST_IN_TABLE:.0e} pixels together; correct their sizes or "
            "split the table"
        )


def parse_runs(text: str, shape: tuple[int, int]) -> Runs:
    """Parse the runs of one object in Kaggle's format: ``"1 3 10 5"`` is pixels 1, 2, 3, 10, .., 14.

    Pixels are counted from 1 in row order; an empty text has no pixels. Raises RLEFormatError if it is not a
    list of pairs of integers, or runs overlap or leave the image.
    """
    try:
        if not re.fullmatch(r"[-0-9\s]*", text):  # int() takes 1_0 and digits of other alphabets
            raise ValueError(text[:20])
        numbers = np.array(text.split(), np.int64)
    except (ValueError, OverflowError) as error:
        raise RLEFormatError("has values that are not whole numbers") from error
    if numbers.size % 2:
        raise RLEFormatError(f"has {numbers.size} numbers, an odd count, but each start needs a length")
    return check_runs(numbers.reshape(-1, 2) - (1, 0), shape)


@contextmanager
def prefixed(where: str, remedy: str) -> Iterator[None]:
    """Add the place in the file and a remedy to an RLEFormatError."""
    try:
        with reading(where, kind=RLEFormatError, remedy=remedy):
            yield
    except RLEFormatError as error:
        text = str(error)
        raise RLEFormatError(text if text.startswith(where) else f"{where}: {text}; {remedy}") from error


def format_runs(runs: Runs) -> str:
    """Format runs as `parse_runs` reads them."""
    return " ".join(map(str, np.add(runs, (1, 0)).ravel().tolist()))


def check_runs(runs: Runs, shape: tuple[int, int]) -> Runs:
    """Sort runs; raises RLEFormatError if one is empty, leaves the image or overlaps another."""
    ordered = runs[np.argsort(runs[:, 0], kind="stable")]
    starts, lengths = ordered.T
    # compared without a sum, which could overflow 64 bits
    outside = (starts < 0) | (starts >= shape[0] * shape[1]) | (lengths > shape[0] * shape[1] - starts)
    for wrong, what in (
        (lengths < 1, "is shorter than a pixel"),
        (outside, f"leaves the image of {shape[0]} x {shape[1]} pixels (Y x X)"),
    ):
        if wrong.any():
            start, length = ordered[wrong.argmax()].tolist()
            raise RLEFormatError(f"the run {start + 1} {length} {what}")
    overlapping = starts[1:] < (starts + lengths)[:-1]
    if overlapping.any():
        start, length = ordered[1:][overlapping.argmax()].tolist()
        raise RLEFormatError(f"the run {start + 1} {length} overlaps the one before it")
    return ordered


def runs_of(labels: npt.NDArray[Any]) -> dict[int, Runs]:
    """Runs of each object of a label image (Y, X), by label, ascending.

    A run continues from the end of a row to the next row.
    """
    flat = labels.ravel()
    if not flat.size:
        return {}
    starts = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1])
    lengths = np.diff(starts, append=flat.size)
    owners = flat[starts]
    order = np.argsort(owners, kind="stable")
    ids, first = np.unique(owners[order], return_index=True)
    parts = np.split(np.stack([starts, lengths], 1)[order], first[1:])
    return {int(label): runs for label, runs in zip(ids.tolist(), parts, strict=True) if label}


def draw_runs(objects: Iterable[Runs], shape: tuple[int, int]) -> npt.NDArray[np.uint32]:
    """Draw objects as labels 1, 2, .. (Y, X) in order; where two overlap, the first one keeps the pixels."""
    labels = np.zeros(shape[0] * shape[1], np.uint32)
    for label, runs in enumerate(objects, 1):
        for start, length in runs.tolist():
            pixels = labels[start : start + length]
            pixels[pixels == 0] = label
    return labels.reshape(shape)


def turned(runs: Runs, shape: tuple[int, int]) -> Runs:
    """Runs of the same pixels in the other order: `shape` is (Y, X) from rows to columns, (X, Y) back."""
    if not len(runs):
        return runs
    wide = shape[1]
    first, last = runs[0, 0] // wide, (runs[-1].sum() - 1) // wide
    # of the rows with pixels only, and an empty one that separates the columns unless they continue
    box = np.zeros((min(last - first + 2, shape[0]), wide), bool)
    for start, length in (runs - (first * wide, 0)).tolist():
        box.ravel()[start : start + length] = True
    starts, lengths = runs_of(box.T)[1].T
    across, down = np.divmod(starts, len(box))
    return np.stack([across * shape[0] + first + down, lengths], axis=1)
