"""Count the cells of each founder lineage over time.

The founder lineages AB, E, MS, P, C, D and Z are counted in each frame of a movie of fluorescent nuclei.
Volumes are projected. One image gives one row.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn.cli.common.arguments import (
    FILE_OPTIONS,
    add_shared,
    opening,
)
from napari_devolearn.cli.common.output import check_table_and_plot
from napari_devolearn.cli.common.progress import watched
from napari_devolearn.exceptions import ParameterError

if TYPE_CHECKING:
    from napari_devolearn.inference.counting.lineage_table import FrameCounts
    from napari_devolearn.io.core.stack import Stack
    from napari_devolearn.lineage.populations import Populations


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add(
        "input",
        type=Path,
        metavar="INPUT",
        help=".mov, .mp4 or .avi, .tif, .png or .jpg, a folder of frames (01/), or a data set",
    )
    add("-o", "--output", type=Path, required=True, metavar="COUNTS", help="counts.csv")
    add("--plot", type=Path, metavar="FILE", help="also draw the curves (.png, .svg or .pdf)")
    add("-m", "--model", default="lineage", metavar="NAME", help="a lineage model (%(default)s)")
    add("--raw", action="store_true", help="counts of single frames, not decoded from all frames")
    add(
        "--ignore",
        type=frames_to_ignore,
        default=(0, 0),
        metavar="A,B",
        help="ignore the first A and the last B frames (0,0)",
    )
    add(
        "--frame-interval",
        type=_minutes,
        metavar="MIN",
        help="minutes between frames; default: from the file",
    )
    add_shared(parser, *FILE_OPTIONS, "overwrite", "restrict-to-embryo", "device", "quiet")


def frames_to_ignore(text: str) -> tuple[int, int]:
    """Numbers of frames to ignore at the beginning and at the end, from ``A,B``."""
    try:
        first, last = (int(part) for part in text.split(","))
    except ValueError:
        first = last = -1
    if first < 0 or last < 0:
        raise argparse.ArgumentTypeError(f"{text!r}: give A,B as two whole numbers, as in 3,180")
    return first, last


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r}: give minutes above 0, as in 1.5")
    return minutes


def run(arguments: argparse.Namespace) -> None:
    """Count; arguments and inputs are checked before the network starts."""
    from napari_devolearn.inference.counting.lineage import LineageModel
    from napari_devolearn.inference.counting.projections import as_projections
    from napari_devolearn.inference.load import load_model

    check_table_and_plot(arguments)
    source = _open(arguments)
    projections = as_projections(source)
    first, last = arguments.ignore
    if first + last >= len(projections):
        raise ParameterError(
            f"--ignore {first},{last}: no frame of {len(projections)} remains; give smaller numbers"
        )
    model: object = load_model(
        arguments.model, arguments.device, restrict_to_embryo=arguments.restrict_to_embryo
    )
    if not isinstance(model, LineageModel):
        raise ParameterError(
            f"--model {arguments.model}: does not count lineages; choose one from 'napari-devolearn models'"
        )
    indices = watched(range(len(projections)), "frame", quiet=arguments.quiet)
    frames = [model.count_frame(projections, index) for index in indices]
    _write(frames[first : len(projections) - last], source, arguments)


def _open(arguments: argparse.Namespace) -> Path | Stack:
    """A movie or image file, or a stack, which can have a frame interval."""
    from napari_devolearn.io.image import read_image
    from napari_devolearn.io.pictures.movie_file import MOVIE_SUFFIXES
    from napari_devolearn.io.pictures.picture import PICTURE_SUFFIXES

    path: Path = arguments.input
    if path.suffix.lower() not in (*MOVIE_SUFFIXES, *PICTURE_SUFFIXES):
        return read_image(path, **opening(arguments))
    if any(value is not None for value in opening(arguments).values()):
        raise ParameterError(f"{path}: --axes, --channel and --series are not for {path.suffix}; omit them")
    return path


def _write(frames: list[FrameCounts], source: Path | Stack, arguments: argparse.Namespace) -> None:
    from napari_devolearn.inference.counting.lineage_table import counts_table
    from napari_devolearn.io.tables.counts_file import write_counts, write_plot
    from napari_devolearn.lineage.populations import populations_from_table

    populations = populations_from_table(
        counts_table(frames, decode=not arguments.raw),
        arguments.input.name,
        decoded=not arguments.raw,
        minutes=arguments.frame_interval or getattr(source, "frame_interval", None),
    )
    write_counts(arguments.output, populations, overwrite=arguments.overwrite)
    print(f"{arguments.output}: {_summary(populations)}")
    if arguments.plot is not None:
        write_plot(arguments.plot, [populations], _style(populations), overwrite=arguments.overwrite)
        print(f"{arguments.plot}: the curves")


def _style(populations: Populations) -> Any:
    """Appearance of the plot, with the band of real embryos if the age of the embryo is known."""
    from napari_devolearn.lineage.decoding.clock import fit_clock
    from napari_devolearn.lineage.decoding.reference import load_reference
    from napari_devolearn.lineage.plot.style import PlotStyle

    try:
        return PlotStyle(clock=fit_clock(populations, load_reference()))
    except ValueError:
        return PlotStyle()


def _summary(populations: Populations) -> str:
    total = populations.counts[:, -1]
    if len(populations) == 1:
        return f"one image, one row, {total[0]:.0f} cells; curves and ages need a movie"
    uncertain = int((~populations.trusted).sum()) if populations.trusted is not None else 0
    tail = f"; {uncertain} uncertain" if uncertain else ""
    return f"{len(populations)} frames, {total.min():.0f} to {total.max():.0f} cells{tail}"
