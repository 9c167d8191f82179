"""How much of the chosen image to segment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

from magicgui.widgets import ComboBox, Container, Label, SpinBox, Widget
from napari.components import ViewerModel
from napari.layers import Image

from napari_devolearn.widgets.common.form.fields import choose_from
from napari_devolearn.widgets.common.form.layout import row_of
from napari_devolearn.widgets.common.layers import Plane, Shape4D, frame_numbers, missing_frames, shape_of
from napari_devolearn.widgets.common.view import plane_in_view

Scope = Literal["current slice", "current volume", "range of frames", "whole movie"]


class ScopeChoice(Container[Widget]):
    """The scopes that differ for the image, and the frames of a range."""

    def __init__(self) -> None:
        self.choice = ComboBox(
            choices=("current slice",),
            tooltip="What Run segments. Other slices are segmented when they are shown.",
        )
        about = "Frame number, as in the file names; both ends are included."
        self.first, self.last = SpinBox(tooltip=about), SpinBox(tooltip=about)
        self.range = row_of(Label(value="from"), self.first, Label(value="to"), self.last)
        self.range.visible = False
        super().__init__(widgets=[self.choice, self.range], labels=False, label="Scope")
        self.margins = (0, 0, 0, 0)
        self.native.layout().setSpacing(2)
        self.choice.changed.connect(self._on_choice)

    @property
    def scope(self) -> Scope:
        """Chosen scope."""
        return cast("Scope", self.choice.value)

    def show_image(self, image: Image | None) -> None:
        """Offer the scopes of another image, keeping the choice if it is among them."""
        fits = image is not None and 2 <= image.ndim <= 4
        scopes = scopes_for(shape_of(image)) if image is not None and fits else ("current slice",)
        if "whole movie" in scopes and image is not None:
            numbers = frame_numbers(image)
            for box, value in ((self.first, numbers[0]), (self.last, numbers[-1])):
                with box.changed.blocked():
                    box.min, box.max = min(numbers[0], box.min), max(numbers[-1], box.max)
                    box.value = value
                    box.min, box.max = numbers[0], numbers[-1]
        choose_from(self.choice, [(scope, scope) for scope in scopes])
        self._on_choice()

    def planes(self, viewer: ViewerModel, image: Image) -> list[Plane]:
        """Slices to segment.

        Raises ValueError if the range has no frame, or the current one is missing.
        """
        low, high = self.first.value, self.last.value
        missing = missing_frames(image)
        there = [(t, number) for t, number in enumerate(frame_numbers(image)) if t not in missing]
        frames = [t for t, number in there if low <= number <= high]
        if self.scope == "range of frames" and not frames:
            raise ValueError(f"frames {low} to {high}: not in the image; swap or widen the range")
        view = plane_in_view(viewer, image)
        if self.scope.startswith("current") and view[0] in missing:
            raise ValueError(f"frame {frame_numbers(image)[view[0]]}: has no file; go to another frame")
        planes = planes_in_scope(self.scope, shape_of(image), view, frames)
        return [plane for plane in planes if plane[0] not in missing]

    def _on_choice(self) -> None:
        self.range.visible = self.scope == "range of frames"


def scopes_for(shape: Shape4D) -> tuple[Scope, ...]:
    """Scopes that differ for a movie of this shape."""
    frames, slices = shape[:2]
    volume: tuple[Scope, ...] = ("current volume",) if slices > 1 else ()
    movie: tuple[Scope, ...] = ("range of frames", "whole movie") if frames > 1 else ()
    return ("current slice", *volume, *movie)


def planes_in_scope(scope: Scope, shape: Shape4D, view: Plane, frames: Sequence[int] = ()) -> list[Plane]:
    """Slices to segment, frame by frame.

    `view` is the current slice, and `frames` the indices along T for "range of frames".
    """
    if scope == "current slice":
        return [view]
    chosen = {"current volume": [view[0]], "range of frames": frames, "whole movie": range(shape[0])}[scope]
    return [(t, z) for t in chosen for z in range(shape[1])]
