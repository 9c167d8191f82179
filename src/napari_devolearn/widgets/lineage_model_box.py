"""Which lineage model: one that ships with the package, or a file."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtWidgets import QComboBox, QFileDialog, QWidget

from napari_devolearn.models.registry import bundled_models

_FILE = "From a file…"
_KINDS = "Models (*.json *.onnx *.pt *.pth)"


class LineageModelBox(QComboBox):
    """Lineage models by name; the last entry asks for a file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTip(
            "The model that counts: the one that ships, one of a training, or DevoLearn's own file."
        )
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for files in bundled_models():
            if files.spec.task == "lineage":
                self.addItem(files.spec.name, files.spec.name)
        self.addItem(_FILE)
        self._last = 0
        self.activated.connect(self._on_activated)

    @property
    def name(self) -> str:
        """Name or path of the model chosen.

        Raises
        ------
        ValueError
            If there is none.
        """
        if self.currentData() is None:
            raise ValueError("no lineage model chosen: choose a file (.json of a training, or DevoLearn's)")
        return str(self.currentData())

    def add_file(self, path: Path) -> None:
        """Choose a file."""
        self.insertItem(self.count() - 1, path.stem, str(path))
        self._last = self.count() - 2
        self.setCurrentIndex(self._last)

    def _on_activated(self, index: int) -> None:
        if self.itemText(index) != _FILE:
            self._last = index
            return
        chosen, _ = QFileDialog.getOpenFileName(self, "Choose a lineage model", "", _KINDS)
        if chosen:
            self.add_file(Path(chosen))
        else:
            self.setCurrentIndex(self._last)
