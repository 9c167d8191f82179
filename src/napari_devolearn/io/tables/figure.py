"""Write figures completely or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.io.tables.counts_file import check_plot_name
from napari_devolearn.io.writing.atomic import atomic_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 150


def write_figure(path: Path, figure: Figure, *, overwrite: bool = False) -> None:
    """Write a figure.

    Parameters
    ----------
    path : Path
        ``.png``, ``.svg`` or ``.pdf``.
    figure : matplotlib.figure.Figure
    overwrite : bool
        Replace an existing file.

    Raises
    ------
    ValueError
        If the suffix is another.
    OutputExistsError, OutputError
        If the file exists or cannot be written.
    """
    check_plot_name(path)
    with atomic_file(path, overwrite=overwrite) as stage:
        figure.savefig(stage, format=path.suffix.lower()[1:], dpi=_DPI)
