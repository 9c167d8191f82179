"""Convert labels to run-length masks, and back.

The masks are a table as in Kaggle's Sartorius competition (.csv) or COCO's JSON (.json), with one image per
slice.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from napari_devolearn.cli.common.arguments import FILE_OPTIONS, add_shared, opening
from napari_devolearn.exceptions import ParameterError
from napari_devolearn.io.core.tif_names import WRITTEN_SUFFIXES
from napari_devolearn.io.rle.rle_file import is_rle_name
from napari_devolearn.io.writing.target import check_not_input, check_target


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add("labels", type=Path, metavar="LABELS", help="a .tif, a folder of masks (01_RES), .csv or .json")
    add("-o", "--output", type=Path, required=True, metavar="OUT", help=".csv, .json or .ome.tif")
    add("--cell-type", default="", metavar="NAME", help="cell type of all objects, for the table")
    add("--plain", action="store_true", help="uncompressed counts in the JSON, readable without pycocotools")
    add_shared(parser, *FILE_OPTIONS, "overwrite")


def run(arguments: argparse.Namespace) -> None:
    """Convert; file names are checked first."""
    output: Path = arguments.output
    if not is_rle_name(output) and output.suffix.lower() not in WRITTEN_SUFFIXES:
        raise ParameterError(
            f"{output}: unknown output format; give a name ending in .csv, .json or .ome.tif"
        )
    check_not_input(output, arguments.labels)
    check_target(output, overwrite=arguments.overwrite)
    if is_rle_name(output):
        print(f"{output}: {_write_rle(arguments)} objects")
    else:
        _write_labels(arguments)


def _write_rle(arguments: argparse.Namespace) -> int:
    from napari_devolearn.io.ctc.masks import read_labels
    from napari_devolearn.io.ctc.names import layer_name
    from napari_devolearn.io.rle.masked_image import iter_masked_images, slice_names
    from napari_devolearn.io.rle.rle_file import read_rle, write_rle

    source: Path = arguments.labels
    if is_rle_name(source):
        images = iter(read_rle(source))
    else:
        stack = read_labels(source, **opening(arguments)).without_missing()
        names = slice_names(layer_name(source).split(".")[0], stack.frames, stack.shape[1])
        images = iter_masked_images(stack.data, names)
    return write_rle(
        arguments.output,
        images,
        cell_type=arguments.cell_type,
        compressed=not arguments.plain,
        overwrite=arguments.overwrite,
    )


def _write_labels(arguments: argparse.Namespace) -> None:
    from napari_devolearn.io.ctc.masks import read_labels
    from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff

    stack = read_labels(arguments.labels, **opening(arguments))
    write_ome_tiff(arguments.output, stack, overwrite=arguments.overwrite)
    print(f"{arguments.output}: {len(stack.frames)} frames")
