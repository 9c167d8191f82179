"""Results of a visit as files: labels, centres and counts."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from napari_devolearn.io.tables.counts_file import write_counts, write_plot
from napari_devolearn.io.tables.table import write_table
from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff
from napari_devolearn.lineage.plot.look import PlotLook
from napari_devolearn.postprocess.embryo import EmbryoSize
from napari_devolearn.web.pages.counting import Counting
from napari_devolearn.web.pages.segmentation import Segmentation

if TYPE_CHECKING:
    import pandas as pd

SEGMENTED = ("labels.ome.tif", "centroids.csv", "counts.csv")
"""Files of a segmentation."""

OUTLINED = ("labels.ome.tif", "sizes.csv", "counts.csv")
"""Files of an outline of the embryo."""

COUNTED = ("counts.csv", "curves.png")
"""Files of counts of lineages."""


def write_segmented(path: Path, made: Segmentation) -> None:
    """Write one of the files of a segmentation, by its name.

    `path`: one of `SEGMENTED` or `OUTLINED`; replaced if it exists.
    `made`: finished.
    Raises OutputError if it cannot be written.
    """
    stack, frames = made.stack, range(made.movie.shape[0])
    if path.name == "labels.ome.tif":
        write_ome_tiff(
            path,
            (np.asarray(made.labels(t)) for t in frames),
            shape=made.movie.shape,
            voxel_size=made.movie.voxel_size,
            frame_interval=stack.frame_interval,
            frames=stack.frames,
            missing=stack.missing,
            name=f"{stack.name} labels",
            overwrite=True,
        )
    elif path.name == "centroids.csv":
        write_table(path, (made.tables[t] for t in sorted(made.tables)), overwrite=True)
    elif path.name == "sizes.csv":
        write_table(path, [sizes_of(made)], overwrite=True)
    else:
        write_table(path, [counts_of(made)], overwrite=True)


def sizes_of(made: Segmentation) -> pd.DataFrame:
    """Size and position of the embryo in each completed frame.

    Returns columns frame, minutes (where the interval is known), and the fields of `EmbryoSize`.
    """
    import pandas as pd

    known = sorted(dict(made.embryos).items())  # a copy: the worker's thread may add to it
    frames = np.array([made.stack.frames[t] for t, _ in known])
    names = [field.name for field in fields(EmbryoSize)]
    table = pd.DataFrame([asdict(size) for _, size in known], columns=names)
    if made.stack.frame_interval is not None:
        table.insert(0, "minutes", frames * made.stack.frame_interval)
    table.insert(0, "frame", frames)
    return table


def counts_of(made: Segmentation) -> pd.DataFrame:
    """Number of objects in each frame.

    `made`: finished.
    Returns a row for each frame that has an image, with the columns frame, minutes (where the interval is
    known), count, and the mean size of an object as mean_volume_um3, or mean_area_um2 where there is one
    slice.
    """
    import pandas as pd

    there = sorted(made.tables)
    tables, numbers = [made.tables[t] for t in there], np.array([made.stack.frames[t] for t in there])
    size = tables[0].columns[-1]
    columns: dict[str, object] = {"frame": numbers}
    if made.stack.frame_interval is not None:
        columns["minutes"] = numbers * made.stack.frame_interval
    columns["count"] = [len(table) for table in tables]
    columns[f"mean_{size}"] = [table[size].mean() if len(table) else np.nan for table in tables]
    return pd.DataFrame(columns)


def write_counted(path: Path, made: Counting) -> None:
    """Write one of the files of counts of lineages, by its name.

    `path`: one of `COUNTED`; replaced if it exists.
    `made`: finished.
    Raises OutputError if it cannot be written.
    """
    if made.populations is None:
        return
    if path.suffix == ".csv":
        write_counts(path, made.populations, overwrite=True)
    else:
        write_plot(path, [made.populations], PlotLook(), overwrite=True)
