"""Find the embryo in each frame, from its nuclei or its membranes, and measure it: one row per frame.

Values that cannot be measured (no embryo, cut by the edge, unknown voxel size) are empty.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.cli.common.arguments import FILE_OPTIONS, add_shared, opening
from napari_devolearn.cli.common.output import check_output, check_table_and_plot
from napari_devolearn.cli.common.progress import watched
from napari_devolearn.exceptions import ParameterError
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.io.core.tif_names import WRITTEN_SUFFIXES

if TYPE_CHECKING:
    import pandas as pd

    from napari_devolearn.inference.model import Model
    from napari_devolearn.inference.outline import OutlineFrame, OutlineInput


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add(
        "input",
        type=Path,
        metavar="INPUT",
        help=".tif, .png, .jpg or .mov, an OME-Zarr, a folder of frames (01/), or a data set",
    )
    add("-o", "--output", type=Path, required=True, metavar="TABLE", help="table to write (.csv)")
    add("--plot", type=Path, metavar="FILE", help="also draw the sizes over time (.png, .svg or .pdf)")
    add("--mask", type=Path, metavar="FILE", help="also write the outlines as labels (.ome.tif)")
    add("-m", "--model", default="embryo", metavar="NAME", help="an embryo model (%(default)s)")
    add_shared(parser, "threshold", "voxel-size", *FILE_OPTIONS, "overwrite", "device", "quiet")


def run(arguments: argparse.Namespace) -> None:
    """Measure and write; arguments and inputs are checked before the network starts."""
    from napari_devolearn.inference.load import load_model
    from napari_devolearn.inference.model import Model
    from napari_devolearn.inference.outline import open_outline_input
    from napari_devolearn.postprocess.embryo_table import outline_table

    _check_outputs(arguments)
    model: object = load_model(arguments.model, arguments.device)
    if not isinstance(model, Model) or model.spec.task != "embryo":
        raise ParameterError(f"--model {arguments.model}: does not outline embryos; omit --model")
    source = open_outline_input(arguments.input, model, arguments.voxel_size, **opening(arguments))
    frames = _outline(source, model, arguments)
    sizes = {one.frame: one.size for one in frames}
    _write(outline_table(sizes, arguments.input.name, source.frame_interval), arguments)
    if arguments.mask is not None:
        _write_mask(frames, source, arguments)


def _check_outputs(arguments: argparse.Namespace) -> None:
    check_table_and_plot(arguments)
    if arguments.mask is not None:
        check_output(arguments.mask, overwrite=arguments.overwrite, source=arguments.input)
        if arguments.mask.suffix.lower() not in WRITTEN_SUFFIXES:
            raise ParameterError(
                f"{arguments.mask}: the mask must be one tif; give a name ending in .ome.tif"
            )


def _outline(source: OutlineInput, model: Model, arguments: argparse.Namespace) -> list[OutlineFrame]:
    import numpy as np

    from napari_devolearn.inference.outline import OutlineFrame, iter_outline

    frames = []
    with iter_outline(source, model, SegmentParams(threshold=arguments.threshold)) as steps:
        for one in watched(steps, "frame", total=len(source.frames), quiet=arguments.quiet):
            # outlines are stored for the mask only, and are few enough for uint8
            labels = one.labels.astype(np.uint8) if arguments.mask is not None else one.labels[:0]
            frames.append(OutlineFrame(one.frame, labels, one.size))
    return frames


def _write(table: pd.DataFrame, arguments: argparse.Namespace) -> None:
    from napari_devolearn.io.tables.figure import write_figure
    from napari_devolearn.io.tables.table import write_table

    rows = write_table(arguments.output, [table], overwrite=arguments.overwrite)
    print(f"{arguments.output}: {rows} rows, one per frame; {_summary(table)}")
    if arguments.plot is not None:
        from matplotlib.figure import Figure

        from napari_devolearn.postprocess.embryo_plot import FIGURE_SIZE, draw_outline_plot

        figure = Figure(figsize=FIGURE_SIZE)
        draw_outline_plot(figure, table)
        write_figure(arguments.plot, figure, overwrite=arguments.overwrite)
        print(f"{arguments.plot}: the sizes over time")


def _summary(table: pd.DataFrame) -> str:
    length, width = table["length_um"].median(), table["width_um"].median()
    return f"median {length:.1f} by {width:.1f} um" if length == length else "no known length"


def _write_mask(frames: list[OutlineFrame], source: OutlineInput, arguments: argparse.Namespace) -> None:
    from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff

    write_ome_tiff(
        arguments.mask,
        (one.labels for one in frames),
        voxel_size=source.voxel_size,
        frames=source.frames,
        frame_interval=source.frame_interval,
        shape=source.movie.shape,
        dtype="uint8",
        overwrite=arguments.overwrite,
    )
    print(f"{arguments.mask}: the outlines as labels, 1 the largest embryo")
