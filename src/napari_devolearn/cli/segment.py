"""``napari-devolearn segment``: an image in, labels out, frame by frame."""

from __future__ import annotations

import argparse
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn._types import Labels
from napari_devolearn.cli._arguments import add_device, add_quiet, frame_range, voxel_size
from napari_devolearn.cli._output import check_output, is_tiff, write_labels
from napari_devolearn.cli._progress import progress_bar
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.io.stack import Stack

if TYPE_CHECKING:
    from napari_devolearn.inference.cache import ProbabilityCache
    from napari_devolearn.inference.model import Model


def add_verb(verbs: Any) -> None:
    """Add the verb to the command line."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "segment",
        help="segment an image, a stack or a movie",
        description="Segment an image, a stack or a movie. The labels have the shape of the image.",
    )
    add, params = parser.add_argument, SegmentParams()
    add(
        "input",
        type=Path,
        metavar="INPUT",
        help=".tif, .png or .jpg, a folder of frames (01/), or a data set",
    )
    add(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="OUT",
        help="labels.ome.tif, or a folder for masks",
    )
    add(
        "-m", "--model", default="nucleus", metavar="NAME", help="see 'napari-devolearn models' (%(default)s)"
    )
    add(
        "--threshold",
        type=float,
        default=params.threshold,
        metavar="P",
        help="probability, 0 to 1 (%(default)s)",
    )
    add(
        "--min-diameter",
        type=float,
        default=params.min_diameter,
        metavar="UM",
        help="drop what is smaller (%(default)s um)",
    )
    add("--semantic", action="store_true", help="1 for all of the foreground instead of a label a nucleus")
    add("--probability", type=Path, metavar="FILE", help="keep the probability too (.ome.tif, 0..255)")
    add("--voxel-size", type=voxel_size, metavar="Z,Y,X", help="in um; by default what the files say")
    add("--frames", type=frame_range, metavar="A:B", help="frame numbers from A up to, not including, B")
    add("--overwrite", action="store_true", help="replace what is there")
    add_device(parser)
    add_quiet(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Segment and write; everything that can be checked is checked before the network starts."""
    from napari_devolearn.inference.cache import ProbabilityCache
    from napari_devolearn.inference.model import load_model
    from napari_devolearn.io.image import read_image

    params = SegmentParams(
        threshold=arguments.threshold,
        min_diameter=arguments.min_diameter,
        output="mask" if arguments.semantic else "instances",
    )
    _check_outputs(arguments)
    stack = select_frames(read_image(arguments.input, voxel_size=arguments.voxel_size), arguments.frames)
    model = load_model(arguments.model, arguments.device)
    cache = ProbabilityCache(stack.shape) if arguments.probability else None

    labels = Passing(segment_frames(stack, model, params, cache, quiet=arguments.quiet))
    write_labels(arguments.output, labels, stack, overwrite=arguments.overwrite)
    objects = "" if arguments.semantic else f", {labels.objects} objects"
    print(f"{arguments.output}: {len(stack.frames)} frames{objects}")
    if cache is not None:
        _write_probability(arguments.probability, cache, stack, overwrite=arguments.overwrite)
        print(f"{arguments.probability}: probability, 0..255")


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


def _check_outputs(arguments: argparse.Namespace) -> None:
    check_output(arguments.output, overwrite=arguments.overwrite, source=arguments.input)
    probability = arguments.probability
    if probability is None:
        return
    check_output(probability, overwrite=arguments.overwrite, source=arguments.input)
    if not is_tiff(probability) or probability.resolve() == arguments.output.resolve():
        raise ValueError(f"{probability}: the probability needs a name of its own in .ome.tif")


def _write_probability(path: Path, cache: ProbabilityCache, stack: Stack, *, overwrite: bool) -> None:
    from napari_devolearn.io.ome_tiff import write_ome_tiff

    write_ome_tiff(
        path,
        cache.data,
        name="probability",
        voxel_size=stack.voxel_size,
        frame_interval=stack.frame_interval,
        frames=stack.frames,
        overwrite=overwrite,
    )
