"""A table of objects: sorted by a click on a header, with one selected row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

if TYPE_CHECKING:
    import pandas as pd

_SMALL, _DIGITS = 1, 3
"""Number of decimals for numbers below the first value."""

_LONG = 6
"""Number of characters of a title that fit into any column."""

_ROW = 22
"""Height of a row in pixels."""


class RowsModel(QAbstractTableModel):
    """Rows of a table of objects, or of one frame of it, in the requested order.

    `titles` are the column headers; by default the column names.
    """

    def __init__(self, titles: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles = titles
        self._columns: dict[str, npt.NDArray[Any]] = {}
        self._frames: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self._frame: int | None = None
        self._sorted: tuple[int, bool] = (-1, False)
        # row numbers of the shown rows in the table
        self.rows: npt.NDArray[np.intp] = np.zeros(0, np.intp)
        self.decimals = 1  # decimals of columns with fractions

    def set_table(self, table: pd.DataFrame, columns: Sequence[str]) -> None:
        """Show some columns of another table, which has a column ``frame``."""
        self._columns = {name: table[name].to_numpy() for name in columns}
        self._frames = table["frame"].to_numpy()
        self._arrange()

    def show_frame(self, frame: int | None) -> None:
        """Show the rows of one frame by its number, or all."""
        if frame != self._frame:
            self._frame = frame
            self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 for the order of the table."""
        self._sorted = column, order == Qt.SortOrder.DescendingOrder
        self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        shown = np.full(len(self._frames), True) if self._frame is None else self._frames == self._frame
        rows, (column, down) = np.flatnonzero(shown), self._sorted
        if 0 <= column < len(self._columns):
            rows = rows[np.argsort(list(self._columns.values())[column][rows], kind="stable")]
            rows = rows[::-1] if down else rows
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802, ARG002
        """Number of shown rows."""
        return len(self.rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802, ARG002
        """Number of shown columns."""
        return len(self._columns)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Numbers as text, aligned right."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        value = list(self._columns.values())[index.column()][self.rows[index.row()]]
        if not isinstance(value, float):
            return str(value)
        small = 0 < abs(value) < _SMALL and self.decimals < _DIGITS  # such as intensities from 0 to 1
        return f"{value:.{_DIGITS}g}" if small else f"{value:.{self.decimals}f}"

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles of the columns."""
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        name = list(self._columns)[section]
        return self._titles.get(name, name)


class RowsTable(QTableView):
    """Table view of the rows."""

    picked = Signal(int)  # the user selected a row, by its number in the unsorted table

    def __init__(self, titles: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = RowsModel(titles, self)
        self.setModel(self.rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setToolTip("Click a row, or use the arrow keys, to go to the object.")
        if (numbers := self.verticalHeader()) is not None:
            numbers.setVisible(False)
            numbers.setDefaultSectionSize(_ROW)
        if (header := self.horizontalHeader()) is not None:
            header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
            self.rows.modelReset.connect(lambda: self._fit_size(header))
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self._marking = False
        self.clicked.connect(self._on_row)
        if (selection := self.selectionModel()) is not None:
            selection.currentRowChanged.connect(self._on_row)

    def mark(self, row: int) -> None:
        """Select a row without emitting `picked`; ignored if the row is not shown."""
        found = np.flatnonzero(self.rows.rows == row)
        self._marking = True
        if len(found):
            self.selectRow(int(found[0]))
        else:
            self.clearSelection()
        self._marking = False

    def _fit_size(self, titles: QHeaderView) -> None:
        """Show the long titles of large numbers in full; the other columns share the remaining width."""
        for column in range(self.rows.columnCount()):
            long = len(self.rows.headerData(column, Qt.Orientation.Horizontal)) > _LONG
            mode = QHeaderView.ResizeMode.ResizeToContents if long else QHeaderView.ResizeMode.Stretch
            titles.setSectionResizeMode(column, mode)

    def _on_row(self, index: QModelIndex) -> None:
        if index.isValid() and not self._marking:
            self.picked.emit(int(self.rows.rows[index.row()]))
