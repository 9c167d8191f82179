"""Controls made from the fields of SegmentParams: what it takes is what can be chosen."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Sequence
from typing import Any, get_args, get_type_hints

from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtWidgets import QComboBox, QDoubleSpinBox, QWidget
from superqt import QLabeledDoubleSlider

from napari_devolearn.inference.params import SegmentParams

_RANGES = {"threshold": (0.01, 0.99, 0.01), "min_diameter": (0.0, 100.0, 0.1)}
_OUTPUT_HELP = {
    "instances": "A number an object: in a volume in 3D, by the voxel size; in a slice of that slice alone.",
    "mask": "1 in all objects: nuclei, or the insides of cells.",
    "membrane": "1 on the membranes between cells and around them.",
}
_LABELS = {"threshold": "Threshold", "min_diameter": "Smallest object (µm)", "output": "Output"}


class ParamsForm(QObject):
    """One control a field of `SegmentParams`.

    Attributes
    ----------
    rows : list of (str, QWidget)
        Label and control, in the order of the fields.
    changed : Signal
        The parameters (SegmentParams), as soon as one of them changes.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controls: dict[str, Any] = {}
        self.rows: list[tuple[str, QWidget]] = []
        help_of = field_help(SegmentParams)
        for field in dataclasses.fields(SegmentParams):
            control = self._control(field)
            control.setObjectName(field.name)
            control.setToolTip(help_of[field.name])
            self._controls[field.name] = control
            self.rows.append((_LABELS[field.name], control))

    @property
    def params(self) -> SegmentParams:
        """The parameters as they stand."""
        values: dict[str, Any] = {
            name: control.currentText() if isinstance(control, QComboBox) else round(control.value(), 4)
            for name, control in self._controls.items()
        }
        return SegmentParams(**values)

    def offer_outputs(self, outputs: Sequence[str]) -> None:
        """Offer other outputs, keeping the choice where it is among them."""
        box: QComboBox = self._controls["output"]
        kept = box.currentText()
        box.blockSignals(True)
        box.clear()
        _add_outputs(box, outputs)
        box.setCurrentText(kept)
        box.blockSignals(False)
        if box.currentText() != kept:
            self._emit()

    def _control(self, field: dataclasses.Field[Any]) -> Any:
        control: Any
        if field.name not in _RANGES:
            control = QComboBox()
            _add_outputs(control, get_args(get_type_hints(SegmentParams)[field.name]))
            control.setCurrentText(field.default)
            control.currentTextChanged.connect(self._emit)
            return control
        if field.name == "threshold":
            control = QLabeledDoubleSlider(Qt.Orientation.Horizontal)
            control.setDecimals(2)
        else:
            control = QDoubleSpinBox()
            control.setDecimals(1)
            control.setKeyboardTracking(False)
        low, high, step = _RANGES[field.name]
        control.setRange(low, high)
        control.setSingleStep(step)
        control.setValue(field.default)
        control.valueChanged.connect(self._emit)
        return control

    def _emit(self) -> None:
        self.changed.emit(self.params)


def _add_outputs(box: QComboBox, outputs: Sequence[str]) -> None:
    for output in outputs:
        box.addItem(output)
        box.setItemData(box.count() - 1, _OUTPUT_HELP[output], Qt.ItemDataRole.ToolTipRole)


def field_help(cls: type) -> dict[str, str]:
    """What a numpydoc docstring says about each parameter.

    Parameters
    ----------
    cls : type
        A class with a ``Parameters`` section.

    Returns
    -------
    dict of str to str
        By name, in one line.
    """
    entries = re.findall(r"^(\w+) : .*\n((?:[ \t]+.*\n?)+)", inspect.getdoc(cls) or "", re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}
