"""Named embryos in um, for learning and held out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from napari_devolearn.lineage.founders import founder
from research.tables.epic import PIXEL_SIZE, PLANE_STEP

if TYPE_CHECKING:
    import pandas as pd


def named_embryos(positions: pd.DataFrame, held_out: int = 5) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Choose the embryos that are followed from at most 4 nuclei to 300 .. 420, and convert them to um.

    `positions`: columns cell, time, z (planes), y, x (pixels), embryo.
    `held_out`: every Nth embryo, by name, is held out.
    Returns those for learning and those held out: columns embryo, time, cell, and z, y, x in um; only named
    nuclei, until nuclei are lost.
    """
    table = positions.assign(cell=positions["cell"].astype(str), embryo=positions["embryo"].astype(str))
    table = table.assign(z=table["z"] * PLANE_STEP, y=table["y"] * PIXEL_SIZE, x=table["x"] * PIXEL_SIZE)
    counts = table.groupby(["embryo", "time"]).size()
    whole = [
        name for name, total in counts.groupby(level=0) if total.iloc[0] <= 4 and 300 <= total.max() <= 420
    ]
    broken = counts < 0.95 * counts.groupby(level=0).cummax()
    until = broken[broken].reset_index().groupby("embryo")["time"].min()
    table = table[table["embryo"].isin(whole)]
    table = table[table["time"] < table["embryo"].map(until).fillna(np.inf)]
    table = table[table["cell"].map({name: founder(name) is not None for name in table["cell"].unique()})]
    apart = table["embryo"].isin(sorted(whole)[::held_out])
    columns = ["embryo", "time", "cell", "z", "y", "x"]
    return table.loc[~apart, columns], table.loc[apart, columns]
