"""Controls made from the fields of a dataclass of parameters."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any, Generic, TypeVar, get_type_hints

from magicgui.widgets import CheckBox, Widget, create_widget
from psygnal import Signal

Params = TypeVar("Params")


class Fields(Generic[Params]):
    """One control per field of a dataclass with default values; its docstring gives the tooltips.

    `options` of each shown field are ``label``, ``suffix`` (the unit, with a leading blank), and those of its
    magicgui control, such as ``min``, ``max``, ``step``, ``widget_type``, ``choices``. Other fields keep
    their defaults.
    """

    changed = Signal(object)  # one of the parameters has changed; all of them

    def __init__(self, cls: type[Params], options: Mapping[str, Mapping[str, Any]]) -> None:
        self._cls = cls
        hints, help_of = get_type_hints(cls), field_help(cls)
        fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
        self._types = {name: hints[name] for name in options}
        self._widgets: dict[str, Any] = {
            name: _control(name, hints[name], fields[name].default, help_of[name], dict(given))
            for name, given in options.items()
        }
        self._digits = {name: _digits(given.get("step", 0.01)) for name, given in options.items()}
        self._emitted = self.params
        for widget in self._widgets.values():
            widget.changed.connect(self._emit)

    def __getitem__(self, name: str) -> Any:
        """Control of a field."""
        return self._widgets[name]

    def some(self, *names: str) -> list[Widget]:
        """Controls of some fields, for one part of a dock."""
        return [self._widgets[name] for name in names]

    @property
    def params(self) -> Params:
        """Current parameters.

        Raises ValueError if the dataclass refuses them.
        """
        return self._cls(**{name: self._value(name) for name in self._widgets})

    def set(self, params: Params) -> None:
        """Show other parameters."""
        for name, widget in self._widgets.items():
            value = getattr(params, name)
            if value in getattr(widget, "choices", (value,)):
                widget.value = value

    def restore(self) -> None:
        """Restore the defaults."""
        self.set(self._cls())

    def _value(self, name: str) -> Any:
        value = self._widgets[name].value
        kind = self._types[name]
        if kind is int:
            return int(value)
        # the shown value is the value used, also between two steps of a slider
        return round(float(value), self._digits[name]) if kind is float else value

    def _emit(self) -> None:
        params = self.params
        if params != self._emitted:
            self._emitted = params
            self.changed.emit(params)


def _digits(step: float) -> int:
    return max(0, -floor(log10(step)))


def _control(name: str, hint: Any, default: Any, about: str, options: dict[str, Any]) -> Any:
    label, suffix = options.pop("label", None), options.pop("suffix", "")
    options.setdefault("tooltip", about)
    if suffix and hint is int:
        options |= {"widget_type": "FloatSpinBox"}  # magicgui's spin box of integers has no suffix
        options.setdefault("step", 1)
    widget: Any = create_widget(value=default, annotation=hint, name=name, label=label, options=options)
    widget.native.setToolTip(options["tooltip"])  # also in the spin box next to a slider
    if isinstance(widget, CheckBox) and label:
        widget.text = label
    if suffix:
        _add_suffix(widget.native, suffix, 0 if hint is int else _digits(options.get("step", 0.01)))
    return widget


def _add_suffix(box: Any, suffix: str, decimals: int) -> None:
    """Show a unit, given with a leading blank, and the number of decimals in a spin box."""
    box.setDecimals(decimals)
    box.setSuffix(suffix)
    if decimals == 0 and suffix.endswith("s"):  # "1 frame"
        box.valueChanged.connect(lambda n: box.setSuffix(suffix[: -1 if n == 1 else None]))
    box.setKeyboardTracking(False)


def field_help(cls: type) -> dict[str, str]:
    """Description of each parameter in the ``Parameters`` section of a class, in one line, by name."""
    entries = re.findall(r"^(\w+) : .*\n((?:[ \t]+.*\n?)+)", inspect.getdoc(cls) or "", re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}


def choose_from(widget: Any, choices: Sequence[tuple[str, Any]], tips: Sequence[str] = ()) -> None:
    """Change the choices of a combo box; the current choice is kept if it is still available.

    `choices` are (text, value); `tips` holds a tooltip for each.
    """
    kept, box = widget.value, widget.native
    with widget.changed.blocked():
        box.blockSignals(True)
        box.clear()  # else magicgui appends new choices to the existing ones
        box.blockSignals(False)
        # a callable, because `reset_choices` asks again whenever a layer is added
        widget.choices = lambda _: choices
        if kept in [value for _, value in choices]:
            widget.value = kept
    for row, tip in enumerate(tips):
        box.setItemData(row, tip, 3)  # Qt's role of a tooltip
    if widget.value != kept:
        widget.changed.emit(widget.value)
