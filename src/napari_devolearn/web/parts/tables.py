"""Tables of the pages."""

from __future__ import annotations

from bokeh.models import ColumnDataSource, DataTable, NumberFormatter, TableColumn

_MEASURES = {
    "length_um": "length (µm)",
    "width_um": "width (µm)",
    "area_um2": "area (µm²)",
    "orientation_deg": "orientation (°)",
    "volume_um3": "volume (µm³)",
}
SIZES = ("frame", *_MEASURES, "cut")
"""Columns of the table of sizes."""


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


def objects_table(source: ColumnDataSource) -> DataTable:
    """Label, position and size of a frame's objects, from ``ImageViews.points``.

    Selecting a row selects the object on the map.
    """
    tenths = NumberFormatter(format="0.0")
    columns = [
        TableColumn(field="label", title="number"),
        *(TableColumn(field=f"{axis}_um", title=f"{axis} (µm)", formatter=tenths) for axis in "xyz"),
        TableColumn(field="measure", title="size", formatter=tenths),
    ]
    return data_table("objects", source, columns)


def embryo_table() -> DataTable:
    """Length, width and size of the embryo, one row per frame; unknown values are empty."""
    tenths = NumberFormatter(format="0.0", nan_format="")
    columns = [
        TableColumn(field="frame", title="frame"),
        *(TableColumn(field=name, title=title, formatter=tenths) for name, title in _MEASURES.items()),
        TableColumn(field="cut", title="cut by an edge"),
    ]
    return data_table("sizes", ColumnDataSource({name: [] for name in SIZES}), columns)
