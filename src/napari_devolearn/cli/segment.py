"""Segment an image, a stack or a movie.

The labels have the shape of the image.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

from napari_devolearn.cli.common.arguments import FILE_OPTIONS, add_shared, opening, whole_number
from napari_devolearn.cli.common.output import check_output, is_finishing, is_folder
from napari_devolearn.cli.common.stream import open_input, segment_frames, select_frames
from napari_devolearn.exceptions import ParameterError, warn_caller
from napari_devolearn.inference.params import Output, SegmentParams
from napari_devolearn.io.tables.table import check_table


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add, params = parser.add_argument, SegmentParams()
    add(
        "input",
        type=Path,
        metavar="INPUT",
        help=".tif, .png or .jpg, an OME-Zarr, a folder of frames (01/), or a data set",
    )
    add(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="OUT",
        help="labels.ome.tif, labels.ome.zarr, an OME-Zarr image, or a folder for masks",
    )
    add(
        "-m", "--model", default="nucleus", metavar="NAME", help="see 'napari-devolearn models' (%(default)s)"
    )
    add(
        "--min-diameter",
        type=float,
        default=params.min_diameter,
        metavar="UM",
        help="remove smaller objects (%(default)s um)",
    )
    add(
        "--as",
        dest="kind",
        choices=get_args(Output),
        default=params.output,
        help="one label per object, 1 for the foreground, or 1 for membranes (%(default)s)",
    )
    add("--semantic", action="store_const", dest="kind", const="mask", help="the same as --as mask")
    add("--centroids", type=Path, metavar="FILE", help="also write centre and size of each object (.csv)")
    add("--probability", type=Path, metavar="FILE", help="also write the probability (.ome.tif or .ome.zarr)")
    add("--workers", type=whole_number, metavar="N", help="use N processes on this machine")
    add("--scheduler", metavar="ADDRESS", help="use a dask cluster, for example tcp://host:8786")
    add_shared(
        parser,
        "threshold",
        "voxel-size",
        *FILE_OPTIONS,
        "frames",
        "overwrite",
        "restrict-to-embryo",
        "device",
        "quiet",
    )


def run(arguments: argparse.Namespace) -> None:
    """Segment and write; arguments and inputs are checked before the network starts."""
    from napari_devolearn.inference.load import load_model
    from napari_devolearn.inference.runs.connect import connect
    from napari_devolearn.io.ctc.ctc_result import NOT_LINKED

    params = SegmentParams(
        threshold=arguments.threshold,
        min_diameter=arguments.min_diameter,
        output=arguments.kind,
    )
    _check_outputs(arguments)
    colours = _check_model(arguments.model, params)
    image = open_input(
        arguments.input,
        voxel_size=arguments.voxel_size,
        **opening(arguments),
        colours=colours,
    )
    stack = select_frames(image, arguments.frames)
    model = load_model(arguments.model, arguments.device, restrict_to_embryo=arguments.restrict_to_embryo)
    with connect(arguments.scheduler, arguments.workers) as client:
        objects = segment_frames(
            arguments.output,
            stack,
            model,
            params=params,
            probability=arguments.probability,
            centroids=arguments.centroids,
            overwrite=arguments.overwrite,
            client=client,
            quiet=arguments.quiet,
        )
    if len(stack.frames) > 1 and is_folder(arguments.output):
        warn_caller(f"{arguments.output}: {NOT_LINKED}")
    counted = "" if params.output != "instances" else f", {objects} objects"
    print(f"{arguments.output}: {len(stack.without_missing().frames)} frames{counted}")
    if arguments.centroids:
        print(f"{arguments.centroids}: {objects} rows, one per object and frame")
    if arguments.probability:
        print(f"{arguments.probability}: probability, 0..255")


def _check_outputs(arguments: argparse.Namespace) -> None:
    check_output(arguments.output, overwrite=arguments.overwrite, source=arguments.input)
    if arguments.centroids is not None:
        check_table(arguments.centroids, overwrite=arguments.overwrite or is_finishing(arguments.output))
        if arguments.kind != "instances":
            raise ParameterError(
                f"--centroids: --as {arguments.kind} has no separate objects; omit one of the two"
            )
    probability = arguments.probability
    if probability is None:
        return
    free = arguments.overwrite or is_finishing(arguments.output)
    check_output(probability, overwrite=free, source=arguments.input)
    if is_folder(probability) or probability.resolve() == arguments.output.resolve():
        raise ParameterError(
            f"{probability}: not a name for the probability; give another one, ending in .ome.tif or "
            ".ome.zarr"
        )


def _check_model(name: str, params: SegmentParams) -> bool:
    """Refuse a model that cannot give the output; returns whether it accepts RGB images.

    Reads only the spec, not the weights.
    """
    from napari_devolearn.models.other_tools.formats import is_foreign
    from napari_devolearn.models.registry import find_model

    if is_foreign(name):
        return False
    spec = find_model(name).spec
    params.check_task(spec.task)
    return spec.takes_colours
