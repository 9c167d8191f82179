"""Table of a frame's objects; selecting a row selects the object on the map."""

from __future__ import annotations

from bokeh.models import ColumnDataSource, DataTable, NumberFormatter, TableColumn

from napari_devolearn.web.parts.data_table import data_table


def objects_table(source: ColumnDataSource) -> DataTable:
    """A table of label, position and size, from ``ImageViews.points``."""
    tenths = NumberFormatter(format="0.0")
    columns = [
        TableColumn(field="label", title="number"),
        *(TableColumn(field=f"{axis}_um", title=f"{axis} (µm)", formatter=tenths) for axis in "xyz"),
        TableColumn(field="measure", title="size", formatter=tenths),
    ]
    return data_table("objects", source, columns)
