"""The live threshold: the current slice at once, its volume and the others in the background."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtCore import QObject, Signal
from superqt.utils import qdebounced

from napari_devolearn._owning import OwningIterator
from napari_devolearn.inference.params import SegmentParams, outputs_for
from napari_devolearn.inference.planes import iter_planes
from napari_devolearn.inference.streams import PlanePredictor
from napari_devolearn.postprocess.membrane import membranes_around
from napari_devolearn.postprocess.threshold import threshold_mask
from napari_devolearn.widgets.common.scope import Plane, plane_in_view
from napari_devolearn.widgets.common.worker import Job, show_failure
from napari_devolearn.widgets.segment.preview import preview_labels
from napari_devolearn.widgets.segment.run import PlaneDone
from napari_devolearn.widgets.segment.session import Labelled, Session

if TYPE_CHECKING:
    from napari.components import ViewerModel

    from napari_devolearn.widgets.segment.result_layer import ResultLayer

_REST = 30
"""Milliseconds that slider and view must rest before work in the background begins."""

KEPT = "These labels were edited by hand and stay as they are; Run makes a new layer."


class Live(QObject):
    """Keeps a session's labels true to the parameters, without a new run.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    params : SegmentParams
    parent : QObject

    Attributes
    ----------
    said : Signal
        How far the labels follow (str); "" when they have followed.
    """

    said = Signal(str)

    def __init__(self, viewer: ViewerModel, params: SegmentParams, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._session: Session | None = None
        self._job: Job | None = None
        self._rest = qdebounced(self._catch_up, timeout=_REST, parent=self)
        self.params = params

    def attach(self, session: Session | None) -> None:
        """Follow another session, or none."""
        if session is not self._session:
            self.stop()
            self._session = session
            self._apply()
        self.look()

    def set_params(self, params: SegmentParams) -> None:
        """Apply other parameters: to the current slice now, to all else once they rest."""
        self.params = params
        self._apply()
        self.look()

    def look(self) -> None:
        """See to the current slice, after it, its probability or the parameters have changed."""
        session = self._session
        if session is None or session.result is None:
            return
        session.view = plane = plane_in_view(self._viewer, session.source.image)
        if not session.result.writable:
            self.said.emit(KEPT if session.result.edited else "")
            return
        if session.cache.done[plane] and not session.result.final[plane] and self._viewer.dims.ndisplay == 2:
            _preview(session, session.result, plane)
        self._rest()

    def _apply(self) -> None:
        """Make the labels those of the parameters, unless they are edited or another model's kind."""
        session = self._session
        if session is None or session.result is None or not session.result.writable:
            return
        if self.params.output in outputs_for(session.model.spec.task):
            session.use(self.params)

    def take(self, session: Session, step: object) -> None:
        """Show what a run or the background has finished.

        Parameters
        ----------
        session : Session
        step : PlaneDone or Labelled
            Labels of parameters that are no longer the session's are dropped; newer ones follow.
        """
        view = plane_in_view(self._viewer, session.source.image)
        if isinstance(step, PlaneDone) and step.plane == view:
            if session.probability is not None:
                session.probability.refresh(highlight=False, extent=False)
            if session is self._session:
                self.look()
        elif isinstance(step, Labelled) and session.result is not None and step.params == session.params:
            session.count(step)
            session.result.write(step.planes, step.labels, view, instances=step.params.output == "instances")

    def stop(self) -> None:
        """Leave the work in the background."""
        job, self._job = self._job, None
        if job is not None:
            job.stop()
        self._rest.cancel()

    def _catch_up(self) -> None:
        """Begin what is most wanted next, if nothing is under way."""
        session = self._session
        if session is None or session.result is None or not session.result.writable or self._job is not None:
            return
        view = plane_in_view(self._viewer, session.source.image)
        behind = session.stale(view)
        missing = [view] if not session.cache.done[view] and view[0] not in session.claimed else []
        self.said.emit(f"{len(behind)} slices still follow…" if len(behind) > 1 else "")
        if missing or behind:
            unit = session.unit_of((missing or behind)[0])
            self._job = Job(partial(_follow, session, missing, unit), self)
            self._job.stepped.connect(partial(self.take, session))
            self._job.failed.connect(self._on_failure)
            self._job.ended.connect(self._on_end)
            self._job.start()

    def _on_failure(self, error: Exception) -> None:
        self._job = None  # the same work would fail again: wait until someone looks elsewhere
        show_failure(error)

    def _on_end(self) -> None:
        if self._job is not None:
            self._job = None
            self._rest()


def _preview(session: Session, result: ResultLayer, plane: Plane) -> None:
    mask = threshold_mask(session.cache.data[plane], session.params.threshold)
    output = session.params.output
    if output == "instances":
        before = result.read(plane)
        known = before if result.instances[plane] else np.zeros_like(before)
        labels = preview_labels(mask, known, result.next_label)
    else:
        shown = membranes_around(mask, session.movie.voxel_size) if output == "membrane" else mask
        labels = shown.astype(np.uint32)
    result.preview(plane, labels, instances=output == "instances")


def _follow(session: Session, missing: list[Plane], unit: list[Plane]) -> OwningIterator[object]:
    return OwningIterator(lambda resources: _iter_steps(session, missing, unit, resources))


def _iter_steps(
    session: Session, missing: list[Plane], unit: list[Plane], resources: ExitStack
) -> Generator[object, None, None]:
    predictor = PlanePredictor(session.model, session.movie.voxel_size[1:], resources)
    with closing(iter_planes(session.movie, predictor, session.cache, missing)) as planes:
        for plane in planes:
            yield PlaneDone(plane)
    yield session.label(unit, session.params)
