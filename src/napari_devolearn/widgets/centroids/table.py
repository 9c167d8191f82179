"""The table of the Centroids dock: which columns of the measured ones, under which titles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QWidget

from napari_devolearn.widgets.common.rows_table import RowsTable

if TYPE_CHECKING:
    import pandas as pd

_TITLES = {"volume_um3": "volume µm³", "area_um2": "area µm²"} | {
    f"{axis}_um": f"{axis} µm" for axis in "zyx"
}


class CentroidsTable(RowsTable):
    """Objects that were measured."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_TITLES, parent)

    def show_table(self, table: pd.DataFrame) -> None:
        """Show another table, from `frame_centroids`."""
        self.rows.set_table(table, shown_columns(table))


def shown_columns(table: pd.DataFrame) -> list[str]:
    """Columns for people: in um where the voxel size is known, else in voxels; no z of a slice.

    Parameters
    ----------
    table : DataFrame
        From `frame_centroids`.

    Returns
    -------
    list of str
    """
    size = table.columns[-1]
    known = not table[size].isna().any()
    axes = "yx" if size == "area_um2" else "zyx"
    return [
        "frame",
        "label",
        *(f"{axis}_um" if known else axis for axis in axes),
        size if known else "voxels",
    ]
