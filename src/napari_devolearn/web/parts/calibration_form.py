"""Form for the voxel size, from the file or from the visitor."""

from __future__ import annotations

from collections.abc import Callable

from bokeh.layouts import row
from bokeh.models import NumericInput

from napari_devolearn._types import VoxelSize
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.web.parts.elements import text_box

_FAR = 5.0  # ratio to the pixel size of training above which results are unreliable

_GUESSED = (
    "The pixel size is not in this file. The field shows the pixel size of the training images; please check "
    "it, or type your own."
)
_ASKED = (
    "The pixel size is not in this file. Please type it: the model finds objects of a certain size in µm."
)


class CalibrationForm:
    """Fields for the three edges of a voxel in um.

    `spec`: gives the pixel size of the model, to detect implausible values.
    `on_change`: called when an edge is changed manually.
    `row`, `note`: the fields, and a note.
    """

    def __init__(self, spec: ModelSpec, on_change: Callable[[], None]) -> None:
        self._spec = spec
        self._stack: Stack | None = None
        self.fields = [
            NumericInput(title=title, mode="float", low=0, width=92, name=f"voxel-{axis}")
            for axis, title in zip("zyx", ("Slices (z)", "Pixels (y)", "Pixels (x)"), strict=True)
        ]
        self.row, self.note = row(*self.fields), text_box("note")
        self._filling = self._typed = False
        for field in self.fields:
            field.on_change("value", lambda _attr, _old, _new: self._changed(on_change))

    @property
    def voxel_size(self) -> VoxelSize | None:
        """(Z, Y, X) in um; None while an edge is missing or not above 0."""
        z, y, x = (field.value for field in self.fields)
        if self._stack is not None and self._stack.shape[1] == 1:
            z = z or 1.0
        return (z, y, x) if all(edge is not None and edge > 0 for edge in (z, y, x)) else None

    def fill(self, stack: Stack) -> None:
        """Show the voxel size of a file, or ask for it."""
        self._filling, self._typed, self._stack = True, False, stack
        known: tuple[float | None, ...] = stack.voxel_size or (None,) * 3
        if stack.voxel_size is None and self._spec.field_of_view is not None:
            known = (1.0, *(self._spec.default_pixel_size(stack.shape[2:]),) * 2)
        for field, edge in zip(self.fields, known, strict=True):
            field.value = edge
        self.fields[0].visible = stack.shape[1] > 1
        self._filling = False
        self._explain()

    def _changed(self, on_change: Callable[[], None]) -> None:
        if not self._filling:
            self._typed = True
            self._explain()
            on_change()

    def _explain(self) -> None:
        stack, size, kind = self._stack, self.voxel_size, "warning"
        if stack is None:
            return
        if size is None:
            text = _ASKED
        elif problem := self._problem(stack, size):
            text = problem
        elif stack.voxel_size is None and not self._typed:
            text = _GUESSED
        elif size == stack.voxel_size:
            kind = "fine"
            text = f"Voxel size in µm, from the file ({stack.calibration}). You can change it."
        else:
            kind, text = "fine", "Voxel size in µm, as typed."
        self.note.text, self.note.css_classes = text, ["note", kind]

    def _problem(self, stack: Stack, size: VoxelSize) -> str:
        ratio = size[2] / self._spec.pixel_size
        if size[1] != size[2] and not 0.5 < size[1] / size[2] < 2:
            return "Pixel height and width differ a lot. Please check both."
        if 1 / _FAR < ratio < _FAR:
            return ""
        width = stack.shape[3] * size[2]
        times, how = max(ratio, 1 / ratio), "larger" if ratio > 1 else "smaller"
        return (
            f"With this pixel size the image is {width:.4g} µm wide, and its pixels are "
            f"{times:.0f} times {how} than those of the training images ({self._spec.pixel_size:g} µm). "
            "Please check it: is it in µm?"
        )
