"""Frames on their way from a stack to a file."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from napari_devolearn._types import Labels
from napari_devolearn.cli._progress import progress_bar
from napari_devolearn.io.stack import Stack

if TYPE_CHECKING:
    import pandas as pd

    from napari_devolearn.inference.cache import ProbabilityCache
    from napari_devolearn.inference.model import Model
    from napari_devolearn.inference.params import SegmentParams


def select_frames(stack: Stack, wanted: tuple[int | None, int | None] | None) -> Stack:
    """Cut a stack to a range of frame numbers.

    Parameters
    ----------
    stack : Stack
    wanted : tuple of (int or None), optional
        First number and the one to stop before; None for no limit.

    Returns
    -------
    Stack

    Raises
    ------
    ValueError
        If no frame is left.
    """
    if wanted is None:
        return stack
    numbers = stack.frames
    begin = 0 if wanted[0] is None else bisect_left(numbers, wanted[0])
    end = len(numbers) if wanted[1] is None else bisect_left(numbers, wanted[1])
    if begin >= end:
        raise ValueError(
            f"{stack.source}: no frame in the range of --frames; there are {numbers[0]} to {numbers[-1]}"
        )
    return replace(stack, data=stack.data[begin:end], frames=numbers[begin:end])


def segment_frames(
    stack: Stack,
    model: Model,
    params: SegmentParams,
    cache: ProbabilityCache | None = None,
    *,
    quiet: bool = False,
) -> Iterator[Labels]:
    """Segment a stack under a progress bar.

    Parameters
    ----------
    stack : Stack
    model : Model
    params : SegmentParams
    cache : ProbabilityCache, optional
        Of the stack's shape, to keep the probability.
    quiet : bool
        Show no bar.

    Yields
    ------
    ndarray, (Z, Y, X), uint32
        One for each frame.
    """
    from napari_devolearn.inference.pipeline import iter_segment

    frames, slices = stack.shape[:2]
    with progress_bar(frames * slices, "slice", quiet=quiet) as bar:

        def advance(_t: int, _z: int) -> None:
            bar.update()

        for _, labels in iter_segment(stack, model, params, cache=cache, on_plane=advance):
            yield labels


def measured_frames(labels: Iterable[Labels], stack: Stack, tables: list[pd.DataFrame]) -> Iterator[Labels]:
    """Measure the objects of frames that pass.

    Parameters
    ----------
    labels : iterable of ndarray, (Z, Y, X), uint32
        One for each frame of the stack.
    stack : Stack
        Gives frame numbers and voxel size.
    tables : list of DataFrame
        Gets one for each frame.

    Yields
    ------
    ndarray, (Z, Y, X), uint32
        The frames as they came.
    """
    from napari_devolearn.postprocess.centroids import frame_centroids

    for frame, number in zip(labels, stack.frames, strict=True):
        tables.append(frame_centroids(frame, number, stack.voxel_size))
        yield frame


class Passing:
    """Labels on their way to a file, looked at in passing.

    Parameters
    ----------
    labels : iterator of ndarray, (Z, Y, X), uint32
        Numbered 1..n in each frame.

    Attributes
    ----------
    objects : int
        How many there were in all frames so far.
    last : ndarray, (Z, Y, X), uint32
        The latest frame.
    """

    last: Labels

    def __init__(self, labels: Iterator[Labels]) -> None:
        self.objects = 0
        self._labels = labels

    def __iter__(self) -> Iterator[Labels]:
        for frame in self._labels:
            self.last = frame
            self.objects += int(frame.max())
            yield frame
