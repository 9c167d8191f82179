"""Segment the frames of a stack into files."""

from __future__ import annotations

import warnings
from bisect import bisect_left
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn.cli.common.progress import progress_bar
from napari_devolearn.exceptions import ImageFormatError, ParameterError
from napari_devolearn.io.core.calibration import is_coarse, size_warnings
from napari_devolearn.io.core.stack import Stack

if TYPE_CHECKING:
    from napari_devolearn.inference.predictor import Predictor


def open_input(path: Path, **options: Any) -> Stack:
    """Open an image with the arguments of `read_image`; refuse pixels larger than the objects.

    Raises ImageFormatError, where a window only warns.
    """
    from napari_devolearn.io.image import read_image

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".* is larger than a nucleus")
        stack = read_image(path, **options)
    if stack.voxel_size and is_coarse(stack.voxel_size):
        raise ImageFormatError(f"{path}: {size_warnings(stack.voxel_size, stack.shape)[0]}")
    return stack


def select_frames(stack: Stack, limits: tuple[int | None, int | None] | None) -> Stack:
    """Restrict a stack to a range of frame numbers: the first, and the one after the last; None for no limit.

    Raises ParameterError if no frame remains.
    """
    if limits is None:
        return stack
    numbers = stack.frames
    begin = 0 if limits[0] is None else bisect_left(numbers, limits[0])
    end = len(numbers) if limits[1] is None else bisect_left(numbers, limits[1])
    if begin >= end:
        raise ParameterError(
            f"{stack.source}: no frame in the range of --frames; choose from {numbers[0]} to {numbers[-1]}"
        )
    return replace(stack, data=stack.data[begin:end], frames=numbers[begin:end])


def segment_frames(
    output: Path, stack: Stack, model: Predictor, *, quiet: bool = False, **options: Any
) -> int:
    """Segment a stack into files with a progress bar; returns the number of objects in all frames.

    `**options`: of `iter_segment_to`.
    """
    from napari_devolearn.inference.runs.segment_to import iter_segment_to

    frames, slices = stack.shape[:2]
    objects = kept = 0
    with progress_bar(frames * slices, "slice", quiet=quiet) as bar, warnings.catch_warnings():
        if size_warnings(stack.voxel_size, stack.shape):  # the reader has warned already
            warnings.filterwarnings("ignore", message=".* smaller than one object")

        def advance(_t: int, _z: int) -> None:
            bar.update()

        with iter_segment_to(output, stack, model, on_plane=advance, **options) as steps:
            for done in steps:
                objects += done.objects
                kept += done.kept
                absent = stack.frames[done.frame] in stack.missing
                if done.kept or absent or options.get("client") is not None:
                    bar.update(slices)
    if kept:
        print(f"{output}: resumed with {kept} of {frames} completed frames")
    return objects
