"""How the result of a session is shown, and measuring it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from magicgui.widgets import CheckBox, PushButton
from napari.layers import Labels
from napari.viewer import Viewer

from napari_devolearn.exceptions import ParameterError
from napari_devolearn.widgets.common.form.tabs import open_dock
from napari_devolearn.widgets.common.worker import show_failure
from napari_devolearn.widgets.segment.result_layer import add_probability
from napari_devolearn.widgets.segment.session import Session


class ResultBar:
    """Probability layer, outlines, and a button that opens the Centroids dock.

    `session` returns the session to show.
    """

    def __init__(self, viewer: Viewer, session: Callable[[], Session | None]) -> None:
        self._viewer, self._session = viewer, session
        self.measuring: Any = None  # the Centroids dock, once it was opened
        self.probability = CheckBox(
            text="Probability layer", tooltip="Show the probability as an image layer, 0..255 for 0..1."
        )
        self.outlines = CheckBox(text="Outlines only", tooltip="Draw only the outline of each object.")
        self.centroids = PushButton(
            text="Centroids…",
            tooltip="Measure centre and size of each object: as points, a table and a CSV file.",
        )
        self.probability.changed.connect(self.show)
        self.outlines.changed.connect(self.show)

    def show(self) -> None:
        """Show the session as chosen."""
        session = self._session()
        if session is None:
            return
        if self.probability.value and session.probability is None:
            source = session.source
            session.probability = add_probability(self._viewer, source.image, source.region, session.cache)
        elif not self.probability.value and session.probability is not None:
            self._viewer.layers.remove(session.probability)
        if session.result is not None:
            session.result.layer.contour = int(self.outlines.value)

    def measure(self, *, running: bool) -> None:
        """Measure the labels of the session in the Centroids dock, or show why that is not possible."""
        try:
            labels = _measurable(self._session(), running=running)
        except ParameterError as error:
            show_failure(error)
            return
        self.measuring = open_dock(self._viewer, "Centroids")
        self.measuring.measure(labels)

    def mark_stale(self) -> None:
        """Mark a table of the session's labels as older than these."""
        session = self._session()
        if self.measuring is not None and session is not None and session.result is not None:
            self.measuring.mark_stale(session.result.layer)


def _measurable(session: Session | None, *, running: bool) -> Labels:
    if session is None or session.result is None:
        raise ParameterError("no labels to measure yet; press Run first")
    result = session.result
    if result.writable:
        if session.params.output != "instances":
            raise ParameterError(
                f"output {session.params.output} does not separate objects; choose instances to measure them"
            )
        if running or result.pending or session.stale((0, 0)):
            raise ParameterError("the labels are not finished; measure them after the run")
    return result.layer
