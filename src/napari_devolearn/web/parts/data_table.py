"""A table of a page."""

from __future__ import annotations

from bokeh.models import ColumnDataSource, DataTable, TableColumn


def data_table(name: str, source: ColumnDataSource, columns: list[TableColumn]) -> DataTable:
    """A table with the width of its container."""
    return DataTable(
        name=name,
        source=source,
        columns=columns,
        height=260,
        index_position=None,
        reorderable=False,
        sizing_mode="stretch_width",
    )
