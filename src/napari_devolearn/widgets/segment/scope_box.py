"""How much of the chosen image to segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from qtpy.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from napari_devolearn.widgets.common.scope import (
    Plane,
    Scope,
    frame_numbers,
    plane_in_view,
    planes_in_scope,
    scopes_for,
    shape_of,
)

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image


class ScopeBox(QWidget):
    """The scopes that mean something for the image, and the frames of a range."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = QComboBox(self)
        self.choice.setToolTip(
            "What Run computes. Other slices are computed when they are shown, "
            "so that the threshold works there too."
        )
        self.first, self.last = QSpinBox(self), QSpinBox(self)
        self._range = QWidget(self)
        row = QHBoxLayout(self._range)
        row.setContentsMargins(0, 0, 0, 0)
        for text, box in (("from", self.first), ("to", self.last)):
            box.setToolTip("Frame number, as in the file names; both ends are included.")
            row.addWidget(QLabel(text))
            row.addWidget(box, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.choice)
        layout.addWidget(self._range)
        self.choice.currentTextChanged.connect(self._on_choice)
        self.show_image(None)

    @property
    def scope(self) -> Scope:
        """The scope chosen."""
        return cast("Scope", self.choice.currentText())

    def show_image(self, image: Image | None) -> None:
        """Offer what another image has, keeping the choice where it has that too."""
        kept = self.choice.currentText()
        scopes = (
            scopes_for(shape_of(image)) if image is not None and 2 <= image.ndim <= 4 else ("slice in view",)
        )
        self.choice.clear()
        self.choice.addItems(scopes)
        self.choice.setCurrentText(kept)
        if "whole movie" in scopes and image is not None:
            numbers = frame_numbers(image)
            for box, value in ((self.first, numbers[0]), (self.last, numbers[-1])):
                box.setRange(numbers[0], numbers[-1])
                box.setValue(value)
        self._on_choice()

    def planes(self, viewer: ViewerModel, image: Image) -> list[Plane]:
        """The slices to segment now.

        Raises
        ------
        ValueError
            If the range holds no frame.
        """
        low, high = self.first.value(), self.last.value()
        frames = [t for t, number in enumerate(frame_numbers(image)) if low <= number <= high]
        if self.scope == "range of frames" and not frames:
            raise ValueError(f"frames {low} to {high}: the image has none of them; swap or widen the range")
        return planes_in_scope(self.scope, shape_of(image), plane_in_view(viewer, image), frames)

    def _on_choice(self) -> None:
        self._range.setVisible(self.scope == "range of frames")
