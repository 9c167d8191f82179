"""Choices of a model and a device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from magicgui.widgets import ComboBox
from qtpy.QtWidgets import QComboBox, QFileDialog

from napari_devolearn.models.registry import bundled_models
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.widgets.common.form.fields import choose_from
from napari_devolearn.widgets.common.worker import show_failure

_FILE = "From a file…"


class ModelChoice(ComboBox):
    """Models that ship with the package; the last entry asks for a file.

    The value is the name of the model, or the path of its file.

    `tasks` are the tasks of the offered models, in this order, and `kinds` the file types of the dialog, in
    Qt's format. `read` returns the spec of a file, or None if it is known only after loading; it raises
    ValueError for other files.
    """

    def __init__(
        self, tasks: Sequence[str], kinds: str, read: Callable[[Path], ModelSpec | None], *, tooltip: str
    ) -> None:
        specs = [files.spec for files in bundled_models() if files.spec.task in tasks]
        specs.sort(key=lambda spec: tasks.index(spec.task))
        self._specs: dict[str, ModelSpec | None] = {spec.name: spec for spec in specs}
        self._kinds, self._read = kinds, read
        super().__init__(choices=(), label="Model", tooltip=tooltip)
        self.native.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._offer()
        self._last = str(self.value)

    @property
    def spec(self) -> ModelSpec:
        """Spec of the chosen model.

        Raises ValueError if it is known only after loading.
        """
        spec = self._specs[str(self.value)]
        if spec is None:
            raise ValueError(f"{self.value}: its type is known once it is loaded")
        return spec

    def add_file(self, path: Path) -> None:
        """Add a file and choose it; a notification tells why it cannot be used."""
        try:
            spec = self._read(path)
        except ValueError as error:
            show_failure(error)
            return
        self._specs[str(path)] = spec
        self._offer()
        self.value = str(path)

    def restore_value(self, name: str) -> None:
        """Choose the model of an earlier session, if it still exists."""
        if name in self._specs:
            self.value = name
        elif Path(name).is_file():
            self.add_file(Path(name))

    def _offer(self) -> None:
        ships = {name: spec for name, spec in self._specs.items() if spec is not None and spec.name == name}
        choices = [
            (name if name in ships else f"{Path(name).stem} ({Path(name).parent.name})", name)
            for name in self._specs
        ]
        tips = [_about(ships[name]) if name in ships else name for name in self._specs]
        choose_from(self, [*choices, (_FILE, _FILE)], tips)

    def _on_value_change(self, value: Any = None) -> None:
        if value != _FILE:
            self._last = str(value)
            super()._on_value_change(value)
            return
        self.native.setCurrentIndex(list(self._specs).index(self._last))
        chosen, _ = QFileDialog.getOpenFileName(self.native, "Choose a model", "", self._kinds)
        if chosen:
            self.add_file(Path(chosen))


def _about(spec: ModelSpec) -> str:
    return f"{spec.description or f'Finds each {spec.task}.'} Works at {spec.pixel_size} µm per pixel."


class DeviceChoice(ComboBox):
    """Devices: ``auto`` and ``cpu``, and the others once torch is loaded."""

    def __init__(self) -> None:
        tooltip = (
            "Where the network runs; auto uses the fastest device. GPUs are listed once a model is loaded."
        )
        super().__init__(choices=("auto", "cpu"), label="Device", tooltip=tooltip)

    def show_devices(self, devices: tuple[str, ...]) -> None:
        """List the devices of this machine, the fastest first; ``auto`` uses that one."""
        choose_from(self, [(f"auto ({devices[0]})", "auto"), *((device, device) for device in devices)])

    def restore_value(self, device: str) -> None:
        """Choose the device of an earlier session, which may not be listed yet."""
        if device not in self.choices:
            choose_from(self, [(str(name), name) for name in (*self.choices, device)])
        self.value = device
