"""Write populations as a table and as a plot."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from napari_devolearn.io.tables.figure import write_figure
from napari_devolearn.io.writing.atomic import atomic_text
from napari_devolearn.lineage.plot.figure import draw_populations
from napari_devolearn.lineage.plot.style import PlotStyle
from napari_devolearn.lineage.populations import SERIES, Populations

_KNOWN = ("age_min", "trusted", "measured")  # further columns


def write_counts(
    path: Path, populations: Populations, *, beside: Populations | None = None, overwrite: bool = False
) -> None:
    """Write one row per frame; unknown values are empty.

    Columns frame From 0. time_min Minutes since frame 0, if the frame interval is known. AB, E, MS, P, C, D,
    Z, total Whole cells. E includes EMS until it divides, P is P0 to P4, and Z is Z2 and Z3. age_min
    Estimated age of the embryo in minutes since AB divided. trusted ``false`` if the plot marks a frame as
    uncertain. measured ``false`` if no embryo was found in a frame: its counts follow from its neighbours, or
    are 0.

    The last three are empty for counts of tracks. `beside` are other counts of the same movie, in more
    columns: tracks_AB, .. or model_AB, .., by their source. Raises OutputExistsError or OutputError if the
    file exists or cannot be written.
    """
    others = [] if beside is None else [beside]
    header = ["frame", "time_min", *SERIES, *_KNOWN]
    header += [f"{one.source}_{name}" for one in others for name in SERIES]
    with atomic_text(path, overwrite=overwrite) as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(header)
        for frame in sorted({int(frame) for one in (populations, *others) for frame in one.frame}):
            time = "" if populations.minutes is None else f"{frame * populations.minutes:g}"
            known = [_known(populations, name, frame) for name in _KNOWN]
            more = [cell for one in others for cell in _whole_cells(one, frame)]
            table.writerow([frame, time, *_whole_cells(populations, frame), *known, *more])


def _whole_cells(populations: Populations, frame: int) -> list[int | str]:
    row = populations.row_of(frame)
    return [""] * len(SERIES) if row is None else np.rint(populations.counts[row]).astype(int).tolist()


def _known(populations: Populations, column: str, frame: int) -> str:
    values, row = getattr(populations, column.removesuffix("_min")), populations.row_of(frame)
    if values is None or row is None or np.isnan(values[row]):
        return ""
    return f"{values[row]:.1f}" if column.endswith("_min") else str(bool(values[row])).lower()


def write_plot(
    path: Path, populations: Sequence[Populations], style: PlotStyle, *, overwrite: bool = False
) -> None:
    """Plot populations to a ``.png``, ``.svg`` or ``.pdf``, as `write_figure`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 5.5))
    draw_populations(figure, populations, style)
    write_figure(path, figure, overwrite=overwrite)
