"""The choice of the frames to compare."""

from __future__ import annotations

from magicgui.widgets import FloatSpinBox

from napari_devolearn.evaluation.compare import FrameRange

_LAST = -1
"""Value for the last frame."""


class FramesChoice:
    """First and last frame by number; by default all labelled frames of the ground truth."""

    def __init__(self) -> None:
        self.first, self.last = _box("First frame", 0), _box("Last frame", _LAST)
        self.last.native.setSpecialValueText("the last")

    @property
    def range(self) -> FrameRange | None:
        """From the first frame up to, but not including, the second; None for all."""
        first, last = int(self.first.value), int(self.last.value)
        return None if (first, last) == (0, _LAST) else (first, None if last == _LAST else last + 1)


def _box(label: str, least: int) -> FloatSpinBox:
    tip = "First or last frame to compare, by number; default: all labelled frames of the ground truth."
    # magicgui's spin box of integers cannot show a text
    box = FloatSpinBox(label=label, value=least, min=least, max=99_999, step=1, tooltip=tip)
    box.native.setDecimals(0)
    return box
