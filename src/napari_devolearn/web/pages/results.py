"""Results of a visit as files: labels, centroids and counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from napari_devolearn.io.tables.counts_file import write_counts, write_plot
from napari_devolearn.io.tables.table import write_table
from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff
from napari_devolearn.lineage.plot.style import PlotStyle
from napari_devolearn.postprocess.embryo_table import sizes_table
from napari_devolearn.web.pages.counting import Counting
from napari_devolearn.web.pages.segmentation import Segmentation

if TYPE_CHECKING:
    import pandas as pd

SEGMENTED = ("labels.ome.tif", "centroids.csv", "counts.csv")
"""Result files of a segmentation."""

OUTLINED = ("labels.ome.tif", "sizes.csv", "counts.csv")
"""Result files of an outline of the embryo."""

COUNTED = ("counts.csv", "curves.png")
"""Result files of lineage counts."""


def write_segmented(path: Path, task: Segmentation) -> None:
    """Write one of the files `SEGMENTED` or `OUTLINED` of a finished segmentation; replaces an old file.

    Raises OutputError if it cannot be written.
    """
    stack, frames = task.stack, range(task.movie.shape[0])
    if path.name == "labels.ome.tif":
        write_ome_tiff(
            path,
            (np.asarray(task.labels(t)) for t in frames),
            shape=task.movie.shape,
            voxel_size=task.movie.voxel_size,
            frame_interval=stack.frame_interval,
            frames=stack.frames,
            missing=stack.missing,
            name=f"{stack.name} labels",
            overwrite=True,
        )
    elif path.name == "centroids.csv":
        write_table(path, (task.tables[t] for t in sorted(task.tables)), overwrite=True)
    elif path.name == "sizes.csv":
        write_table(path, [sizes_of(task)], overwrite=True)
    else:
        write_table(path, [counts_of(task)], overwrite=True)


def sizes_of(task: Segmentation) -> pd.DataFrame:
    """Size and position of the embryo in each completed frame, as from `sizes_table`."""
    known = sorted(dict(task.embryos).items())  # a copy, because the worker's thread may add to it
    return sizes_table({task.stack.frames[t]: size for t, size in known}, task.stack.frame_interval)


def counts_of(task: Segmentation) -> pd.DataFrame:
    """Number of objects in each frame of a finished segmentation, one row per frame with an image.

    Columns: frame, minutes (if the interval is known), count, and the mean size of an object as
    mean_volume_um3, or mean_area_um2 for a single slice.
    """
    import pandas as pd

    present = sorted(task.tables)
    tables, numbers = [task.tables[t] for t in present], np.array([task.stack.frames[t] for t in present])
    size = tables[0].columns[-1]
    columns: dict[str, object] = {"frame": numbers}
    if task.stack.frame_interval is not None:
        columns["minutes"] = numbers * task.stack.frame_interval
    columns["count"] = [len(table) for table in tables]
    columns[f"mean_{size}"] = [table[size].mean() if len(table) else np.nan for table in tables]
    return pd.DataFrame(columns)


def write_counted(path: Path, task: Counting) -> None:
    """Write one of the files `COUNTED` of a finished count; an existing file is replaced.

    Raises OutputError if it cannot be written.
    """
    if task.populations is None:
        return
    if path.suffix == ".csv":
        write_counts(path, task.populations, overwrite=True)
    else:
        write_plot(path, [task.populations], PlotStyle(), overwrite=True)
