"""Positions of named nuclei in real embryos: the table of EPIC (Murray et al. 2012)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.exceptions import DevolearnError

if TYPE_CHECKING:
    import pandas as pd

PIXEL_SIZE = 0.09
"""um in x and y of EPIC's pixels, in which ``x``, ``y`` and ``size`` are given."""

PLANE_STEP = 1.0
"""um between EPIC's planes, in which ``z`` is given."""

COLUMNS = ("cell", "time", "z", "x", "y", "size", "embryo")


class PositionsError(DevolearnError, ValueError):
    """A table of positions is missing or damaged, or a column is missing."""


def read_positions(path: str | Path) -> pd.DataFrame:
    """Read ``positions.parquet``.

    Columns: cell (Sulston name), time (frames, about 1 min), z (planes), x, y (pixels), size (nuclear
    diameter, pixels), embryo.
    Raises PositionsError if the file is missing, not Parquet, or without one of these columns.
    Raises ImportError if pyarrow is not installed.
    """
    import pandas as pd

    if importlib.util.find_spec("pyarrow") is None:
        raise ImportError("reading .parquet needs pyarrow; pip install 'napari-devolearn[train]'")
    try:
        table = pd.read_parquet(path)
    except FileNotFoundError as error:
        raise PositionsError(f"{path}: no such file; check the path") from error
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise PositionsError(f"{path}: cannot be read as Parquet ({reason}); copy it again") from error
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise PositionsError(f"{path}: missing columns {', '.join(missing)}; needed are {', '.join(COLUMNS)}")
    return table
