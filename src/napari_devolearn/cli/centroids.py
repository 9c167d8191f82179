"""Measure labels: centre and volume of each object.

One row per object and frame, with its centre in voxels and um, and its volume in um^3 (area in um^2 for a
single slice).
"""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from napari_devolearn.cli.common.arguments import FILE_OPTIONS, add_shared
from napari_devolearn.cli.common.progress import watched
from napari_devolearn.cli.common.stream import open_labels
from napari_devolearn.exceptions import warn_caller
from napari_devolearn.io.tables.table import check_table, write_table
from napari_devolearn.io.writing.target import check_not_input


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add("labels", type=Path, metavar="LABELS", help="a .tif of labels, or a folder of masks (01_RES)")
    add("-o", "--output", type=Path, required=True, metavar="FILE", help="table to write (.csv)")
    add_shared(parser, "voxel-size", *FILE_OPTIONS, "frames", "overwrite", "quiet")


def run(arguments: argparse.Namespace) -> None:
    """Measure and write the table."""
    from napari_devolearn.postprocess.centroids import iter_centroids

    check_not_input(arguments.output, arguments.labels)
    check_table(arguments.output, overwrite=arguments.overwrite)
    stack = open_labels(arguments)
    if arguments.voxel_size is not None:
        stack = replace(stack, voxel_size=arguments.voxel_size)
    if stack.voxel_size is None:
        warn_caller(
            f"{arguments.labels}: voxel size unknown, so columns in um stay empty; give --voxel-size Z,Y,X"
        )
    measured = watched(iter_centroids(stack), "frame", total=len(stack.frames), quiet=arguments.quiet)
    with closing(measured) as tables:
        rows = write_table(arguments.output, tables, overwrite=arguments.overwrite)
    print(f"{arguments.output}: {rows} rows, one per object and frame, of {len(stack.frames)} frames")
