"""The number of cells as text on the viewer, frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from napari_devolearn.lineage.plot.look import PlotLook
from napari_devolearn.lineage.populations import Populations
from napari_devolearn.widgets.populations.readout import age_at

if TYPE_CHECKING:
    from napari.components import ViewerModel


class TotalOverlay:
    """napari's text overlay, borrowed: what it showed comes back.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    """

    def __init__(self, viewer: ViewerModel) -> None:
        self._overlay = text_overlay(viewer)
        self._before: tuple[bool, str] | None = None

    def show(self, populations: Sequence[Populations], frame: int | None, look: PlotLook) -> None:
        """Show the total of a frame.

        Parameters
        ----------
        populations : sequence of Populations
            The first one counts.
        frame : int or None
        look : PlotLook
        """
        if self._before is None:
            self._before = self._overlay.visible, self._overlay.text
        self._overlay.visible = True
        self._overlay.text = _text(populations, frame, look)

    def hide(self) -> None:
        """Give the overlay back."""
        if self._before is not None:
            self._overlay.visible, self._overlay.text = self._before
            self._before = None


def text_overlay(viewer: ViewerModel) -> Any:
    """The text on the canvas, wherever this napari keeps it."""
    canvas = getattr(viewer, "canvas", None)  # since 0.9; the other one is deprecated there
    return canvas.overlays.text if canvas is not None else viewer.text_overlay


def _text(populations: Sequence[Populations], frame: int | None, look: PlotLook) -> str:
    row = populations[0].row_of(frame) if populations and frame is not None else None
    if row is None or frame is None:
        return ""
    one = populations[0]
    if one.trusted is not None and not one.trusted[row]:
        return "cells: in doubt"
    age = age_at(populations, frame, look)
    return f"{one.counts[row, -1]:.0f} cells" + (f", age {age:.0f} min" if age is not None else "")
