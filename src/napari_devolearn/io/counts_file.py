"""Populations to files: the table that everyone can read, and the plot."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from napari_devolearn.io._atomic import atomic_file
from napari_devolearn.lineage.plot import PlotLook, PopulationPlot
from napari_devolearn.lineage.populations import SERIES, Populations

PLOT_SUFFIXES = (".png", ".svg", ".pdf")
"""In lower case."""

_SIZE, _DPI = (9.0, 5.5), 150


def write_counts(path: Path, populations: Populations, *, overwrite: bool = False) -> None:
    """Write a row for each frame: frame, time, A, E, M, P, C, D, Z, total.

    Parameters
    ----------
    path : Path
        The ``.csv`` file.
    populations : Populations
        Times are in minutes where it knows them, else frames; counts in whole cells.
    overwrite : bool
        Replace a file that is there.

    Raises
    ------
    OutputExistsError
        If the file is there already.
    OutputError
        If it cannot be written.
    """
    counts = np.rint(populations.counts).astype(int)
    with (
        atomic_file(path, overwrite=overwrite) as stage,
        stage.open("w", newline="", encoding="utf-8") as lines,
    ):
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(["frame", "time", *SERIES])
        for frame, time, row in zip(populations.frame, populations.time, counts, strict=True):
            table.writerow([int(frame), f"{time:g}", *row.tolist()])


def write_plot(
    path: Path, populations: Sequence[Populations], look: PlotLook, *, overwrite: bool = False
) -> None:
    """Draw populations into a file.

    Parameters
    ----------
    path : Path
        ``.png``, ``.svg`` or ``.pdf``.
    populations : sequence of Populations
    look : PlotLook
    overwrite : bool
        Replace a file that is there.

    Raises
    ------
    ValueError
        If the suffix is another.
    OutputExistsError
        If the file is there already.
    OutputError
        If it cannot be written.
    """
    from matplotlib.figure import Figure

    check_plot_name(path)
    figure = Figure(figsize=_SIZE)
    PopulationPlot(figure).draw(populations, look)
    with atomic_file(path, overwrite=overwrite) as stage:
        figure.savefig(stage, format=path.suffix.lower()[1:], dpi=_DPI)


def check_plot_name(path: Path) -> None:
    """Refuse a plot of a kind that is not written.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ValueError
        If its suffix is none of `PLOT_SUFFIXES`.
    """
    if path.suffix.lower() not in PLOT_SUFFIXES:
        raise ValueError(f"{path}: a plot is written as {', '.join(PLOT_SUFFIXES)}; give it such a name")
