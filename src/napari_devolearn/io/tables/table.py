"""Tables as CSV files that are whole or not there."""

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
    """Refuse the name of a table that cannot be meant, before the work for it begins.

    Parameters
    ----------
    path : Path
    overwrite : bool
        Allow what exists.

    Raises
    ------
    ValueError
        If it does not end in ``.csv``.
    OutputExistsError, OutputError
        If something is there already, or nothing can be written there.
    """
    if path.suffix.lower() != ".csv":
        raise ParameterError(f"{path}: a table is written as CSV; give a name in .csv")
    check_target(path, overwrite=overwrite)


def write_table(path: Path, tables: Iterable[pd.DataFrame], *, overwrite: bool = False) -> int:
    """Write tables of the same columns below each other, whole or not at all.

    Parameters
    ----------
    path : Path
    tables : iterable of DataFrame
        At least one; held one at a time. Numbers that are not whole get four decimals.
    overwrite : bool
        Replace a file that lies there already.

    Returns
    -------
    int
        Rows below the header.

    Raises
    ------
    OutputExistsError, OutputError
        If the file exists already or cannot be written.
    """
    rows = 0
    with atomic_text(path, overwrite=overwrite) as file:
        for place, table in enumerate(tables):
            table.to_csv(file, index=False, header=place == 0, float_format="%.4f")
            rows += len(table)
    return rows
