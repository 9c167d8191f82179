"""Segment the frames of a stack into files."""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn.cli.common.arguments import opening
from napari_devolearn.cli.common.progress import progress_bar
from napari_devolearn.exceptions import ImageFormatError, ParameterError
from napari_devolearn.io.core.calibration import is_coarse, size_warnings
from napari_devolearn.io.core.gaps import frames_within
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
    chosen = frames_within(stack.frames, limits)
    if not chosen:
        raise ParameterError(
            f"{stack.source}: no frame in the range of --frames; choose from {stack.frames[0]} to "
            f"{stack.frames[-1]}"
        )
    return stack.only(chosen)


def open_labels(arguments: argparse.Namespace) -> Stack:
    """Open the labels of ``labels``, restricted to ``--frames`` and without missing frames."""
    from napari_devolearn.io.ctc.masks import read_labels

    stack = read_labels(arguments.labels, **opening(arguments))
    return select_frames(stack, arguments.frames).without_missing()


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
