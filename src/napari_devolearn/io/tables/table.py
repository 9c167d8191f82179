"""Write CSV tables completely or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.exceptions import ParameterError
from napari_devolearn.io.writing.atomic import atomic_text
from napari_devolearn.io.writing.target import check_target

if TYPE_CHECKING:
    import pandas as pd


def check_table(path: Path, *, overwrite: bool) -> None:
    """Check the name of a table before the work begins.

    Raises ValueError if it does not end in ``.csv``; OutputExistsError or OutputError if the file exists or
    cannot be written.
    """
    if path.suffix.lower() != ".csv":
        raise ParameterError(f"{path}: tables are written as CSV; choose a name that ends in .csv")
    check_target(path, overwrite=overwrite)


def write_table(path: Path, tables: Iterable[pd.DataFrame], *, overwrite: bool = False) -> int:
    """Write tables with the same columns below each other, completely or not at all; returns the row count.

    One table (at least one) is in memory at a time; floats have four decimals. Raises OutputExistsError or
    OutputError if the file exists or cannot be written.
    """
    rows = 0
    with atomic_text(path, overwrite=overwrite) as file:
        for place, table in enumerate(tables):
            table.to_csv(file, index=False, header=place == 0, float_format="%.4f")
            rows += len(table)
    return rows
