"""SizesTable: length, width and size of the embryo in each frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bokeh.models import ColumnDataSource, NumberFormatter, TableColumn

from napari_devolearn.web.parts.data_table import data_table

if TYPE_CHECKING:
    import pandas as pd

_MEASURES = {
    "length_um": "length (µm)",
    "width_um": "width (µm)",
    "area_um2": "area (µm²)",
    "orientation_deg": "orientation (°)",
    "volume_um3": "volume (µm³)",
}
_SHOWN = ("frame", *_MEASURES, "cut")


class SizesTable:
    """One row per frame; unknown values are empty.

    Attributes
    ----------
    table : DataTable
    """

    def __init__(self) -> None:
        self._source = ColumnDataSource({name: [] for name in _SHOWN})
        tenths = NumberFormatter(format="0.0", nan_format="")
        columns = [
            TableColumn(field="frame", title="frame"),
            *(TableColumn(field=name, title=title, formatter=tenths) for name, title in _MEASURES.items()),
            TableColumn(field="cut", title="cut by an edge"),
        ]
        self.table = data_table("sizes", self._source, columns)

    def show(self, sizes: pd.DataFrame) -> None:
        """Show the sizes of completed frames, from `sizes_of`."""
        self._source.data = {name: sizes[name].to_numpy() for name in _SHOWN}
