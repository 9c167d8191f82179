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
    """Refuse an implausible table name, before the work begins.

    Parameters
    ----------
    path : Path
    overwrite : bool
        Allow an existing file.

    Raises
    ------
    ValueError
        If it does not end in ``.csv``.
    OutputExistsError, OutputError
        If something is there already, or nothing can be written there.
    """
    if path.suffix.lower() != ".csv":
        raise ParameterError(f"{path}: tables are written as CSV; give a name in .csv")
    check_target(path, overwrite=overwrite)


def write_table(path: Path, tables: Iterable[pd.DataFrame], *, overwrite: bool = False) -> int:
    """Write tables of the same columns below each other, completely or not at all.

    Parameters
    ----------
    path : Path
    tables : iterable of DataFrame
        At least one; one in memory at a time. Floats get four decimals.
    overwrite : bool
        Replace an existing file.

    Returns
    -------
    int
        Rows below the header.

    Raises
    ------
    OutputExistsError, OutputError
        If the file exists or cannot be written.
    """
    rows = 0
    with atomic_text(path, overwrite=overwrite) as file:
        for place, table in enumerate(tables):
            table.to_csv(file, index=False, header=place == 0, float_format="%.4f")
            rows += len(table)
    return rows
