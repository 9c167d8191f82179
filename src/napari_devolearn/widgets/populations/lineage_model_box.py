"""Which lineage model, and where it runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qtpy.QtWidgets import QComboBox, QFileDialog, QWidget

from napari_devolearn.models.registry import bundled_models

_FILE = "From a file…"
_TIP = 3  # Qt's role of a tooltip


class ModelFileBox(QComboBox):
    """Models that ship with the package, by name; the last entry asks for a file.

    Parameters
    ----------
    tasks : sequence of str
        Of the models offered.
    kinds : str
        Files that the dialog shows, as Qt writes them.
    parent : QWidget, optional
    """

    def __init__(self, tasks: Sequence[str], kinds: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds, self._last = kinds, 0
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for files in bundled_models():
            if files.spec.task in tasks:
                self.addItem(files.spec.name, files.spec.name)
        self.addItem(_FILE)
        self.activated.connect(self._on_activated)

    @property
    def name(self) -> str:
        """Name or path of the model chosen."""
        return str(self.currentData() or self.itemData(self._last))

    def add_file(self, path: Path) -> None:
        """Choose a file."""
        self.insertItem(self.count() - 1, f"{path.stem} ({path.parent.name})", str(path))
        self._last = self.count() - 2
        self.setItemData(self._last, str(path), _TIP)
        self.setCurrentIndex(self._last)

    def _on_activated(self, index: int) -> None:
        if self.itemText(index) != _FILE:
            self._last = index
            return
        chosen, _ = QFileDialog.getOpenFileName(self, "Choose a model", "", self._kinds)
        if chosen:
            self.add_file(Path(chosen))
        else:
            self.setCurrentIndex(self._last)


class LineageModelBox(ModelFileBox):
    """Models that count; also DevoLearn's own file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(("lineage",), "Models (*.json *.onnx *.pt *.pth)", parent)
        self.setToolTip(
            "The model that counts: the one that ships, one of a training, or DevoLearn's own file."
        )

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
        return super().name


class DeviceBox(QComboBox):
    """Devices; which there are is known only once torch is loaded, until then ``auto`` and ``cpu``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTip(
            "Where the network runs; auto takes the fastest. "
            "Others than the CPU are listed once a model is loaded."
        )
        self.addItems(["auto", "cpu"])

    @property
    def device(self) -> str:
        """The device chosen."""
        return str(self.currentData() or self.currentText())

    def show_devices(self, devices: tuple[str, ...]) -> None:
        """List the devices of this machine, the fastest first; ``auto`` takes that one."""
        chosen = self.device
        self.blockSignals(True)
        self.clear()
        self.addItem(f"auto ({devices[0]})", "auto")
        for device in devices:
            self.addItem(device, device)
        self.setCurrentIndex(max(0, self.findData(chosen)))
        self.blockSignals(False)
