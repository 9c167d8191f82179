"""Link the labels of a movie over time.

Writes masks with their track IDs and the track table in the format of the Cell Tracking Challenge, or only
the tracks as GEFF.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.cli.common.arguments import FILE_OPTIONS, add_shared, params_of
from napari_devolearn.cli.common.output import check_output, is_folder
from napari_devolearn.cli.common.progress import progress_bar, watched
from napari_devolearn.cli.common.stream import open_labels
from napari_devolearn.exceptions import ParameterError, warn_caller
from napari_devolearn.tracking.params import LinkParams

if TYPE_CHECKING:
    from napari_devolearn._types import VoxelSize
    from napari_devolearn.lineage.tracks import Tracks
    from napari_devolearn.tracking.linking import Linking


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.set_defaults(**asdict(LinkParams()))
    add = parser.add_argument
    add("labels", type=Path, metavar="LABELS", help="a .tif of labels, or a folder of masks (01_RES)")
    add("-o", "--output", type=Path, required=True, metavar="OUT", help="folder, such as 01_RES, or .geff")
    add("--max-gap", type=int, metavar="N", help="frames for which an object may be missing (%(default)s)")
    add(
        "--max-distance",
        type=float,
        metavar="D",
        help="largest movement between two frames, in diameters (%(default)s)",
    )
    add("--min-track-length", type=int, metavar="N", help="remove shorter tracks (%(default)s)")
    add(
        "--keep-gaps",
        dest="fill_gaps",
        action="store_false",
        help="do not draw objects in gaps, and do not split labels",
    )
    add_shared(parser, "voxel-size", *FILE_OPTIONS, "frames", "overwrite", "quiet")


def run(arguments: argparse.Namespace) -> None:
    """Link and write, with one frame in memory at a time."""
    from napari_devolearn.io.ctc.ctc_result import write_ctc
    from napari_devolearn.io.tables.geff_output import load_geff
    from napari_devolearn.tracking.link import iter_relabelled, open_movie, with_frame_numbers

    params = params_of(LinkParams, arguments)
    check_output(arguments.output, overwrite=arguments.overwrite, source=arguments.labels)
    if not is_folder(arguments.output):
        raise ParameterError(
            f"{arguments.output}: tracks cannot be written as one image; give a folder, such as 01_RES, or a "
            "graph, such as tracks.geff"
        )
    as_graph = arguments.output.suffix.lower() == ".geff"
    if as_graph:
        load_geff(arguments.output)
    stack = open_labels(arguments)
    movie = open_movie(stack)
    known = arguments.voxel_size or stack.voxel_size
    if known is None:
        warn_caller(
            f"{arguments.labels}: voxel size unknown, so 1 is assumed along each axis; give --voxel-size "
            "Z,Y,X"
        )
    size = known or (1.0, 1.0, 1.0)
    linking = _linked(movie, size, params, quiet=arguments.quiet)
    tracks = with_frame_numbers(linking.tracks, stack.frames)
    write = _write_graph if as_graph else write_ctc
    relabelled = iter_relabelled(movie, linking, size)
    with (
        closing(watched(relabelled, "frame", total=len(movie), quiet=arguments.quiet)) as done,
        closing(np.reshape(frame, stack.shape[1:]) for frame in done) as volumes,
    ):
        write(
            arguments.output,
            zip(stack.frames, volumes, strict=True),
            tracks,
            voxel_size=known,
            frame_interval=stack.frame_interval,
            overwrite=arguments.overwrite,
        )
    print(
        f"{arguments.output}: {len(stack.frames)} frames, {len(tracks.rows)} tracks, "
        f"{len(tracks.divisions())} divisions"
    )


def _write_graph(
    path: Path, frames: Iterable[tuple[int, npt.NDArray[Any]]], tracks: Tracks, **options: Any
) -> None:
    import pandas as pd

    from napari_devolearn.io.tables.geff_output import write_geff
    from napari_devolearn.postprocess.centroids import frame_centroids

    tables = [frame_centroids(frame, number, options["voxel_size"]) for number, frame in frames]
    objects = pd.concat(tables)[["label", "frame", "z", "y", "x"]]
    write_geff(path, tracks, objects.to_numpy(np.float64), **options)


def _linked(movie: Any, size: VoxelSize, params: Any, *, quiet: bool) -> Linking:
    from napari_devolearn.tracking.link import iter_objects
    from napari_devolearn.tracking.solve import iter_link
    from napari_devolearn.tracking.steps import finish

    with closing(watched(iter_objects(movie, size), "frame", total=len(movie), quiet=quiet)) as measured:
        frames = list(measured)
    with progress_bar(100, "% linked", quiet=quiet) as bar:
        return finish(iter_link(frames, params), lambda share: bar.update(round(100 * share) - bar.n))
