"""The table of a frame's objects; a row that is chosen is chosen on the map too."""

from __future__ import annotations

from bokeh.models import ColumnDataSource, DataTable, NumberFormatter, TableColumn

from napari_devolearn.web.parts.data_table import data_table


def objects_table(source: ColumnDataSource) -> DataTable:
    """A table of number, place and size.

    Parameters
    ----------
    source : ColumnDataSource
        ``ImageViews.points``.

    Returns
    -------
    DataTable
    """
    tenths = NumberFormatter(format="0.0")
    columns = [
        TableColumn(field="label", title="number"),
        *(TableColumn(field=f"{axis}_um", title=f"{axis} (µm)", formatter=tenths) for axis in "xyz"),
        TableColumn(field="measure", title="size", formatter=tenths),
    ]
    return data_table("objects", source, columns)
