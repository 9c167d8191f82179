"""Which model, and where it runs."""

from __future__ import annotations

from qtpy.QtWidgets import QComboBox, QWidget

from napari_devolearn.models.registry import bundled_models
from napari_devolearn.models.spec import ModelSpec

_SEGMENTS = ("nucleus", "membrane", "neuron", "embryo")


class ModelBox(QComboBox):
    """The models that ship with the package and give a mask, by name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTip("The model that tells foreground from background.")
        for files in bundled_models():
            spec = files.spec
            if spec.task in _SEGMENTS:
                self.addItem(spec.name, spec)
                about = spec.description or f"Finds each {spec.task}."
                self.setItemData(self.count() - 1, f"{about} Works at {spec.pixel_size} µm a pixel.", 3)
        self.setCurrentText("nucleus")

    @property
    def name(self) -> str:
        """The model chosen."""
        return self.currentText()

    @property
    def spec(self) -> ModelSpec:
        """What the model chosen is."""
        spec: ModelSpec = self.currentData()
        return spec


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
