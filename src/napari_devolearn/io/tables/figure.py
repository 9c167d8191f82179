"""Write figures, completely or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.exceptions import ParameterError
from napari_devolearn.io.writing.atomic import atomic_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOT_SUFFIXES = (".png", ".svg", ".pdf")
"""In lower case."""

_DPI = 150


def check_plot_name(path: Path) -> None:
    """Raise ValueError if the suffix is none of `PLOT_SUFFIXES`."""
    if path.suffix.lower() not in PLOT_SUFFIXES:
        raise ParameterError(f"{path}: plots are written as {', '.join(PLOT_SUFFIXES)}; choose such a name")


def write_figure(path: Path, figure: Figure, *, overwrite: bool = False) -> None:
    """Write a figure as ``.png``, ``.svg`` or ``.pdf``.

    Raises ValueError if the suffix is another; OutputExistsError or OutputError if the file exists or cannot
    be written.
    """
    check_plot_name(path)
    with atomic_file(path, overwrite=overwrite) as stage:
        figure.savefig(stage, format=path.suffix.lower()[1:], dpi=_DPI)
