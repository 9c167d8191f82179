"""The live threshold: the current slice at once, its volume and the other frames in the background."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, closing
from functools import partial

import numpy as np
import numpy.typing as npt
from napari.components import ViewerModel
from qtpy.QtCore import QObject, Signal
from superqt.utils import qdebounced

from napari_devolearn._owning import OwningIterator
from napari_devolearn._types import Labels
from napari_devolearn.inference.params import SegmentParams, outputs_for
from napari_devolearn.inference.planes import iter_planes
from napari_devolearn.inference.streams import PlanePredictor
from napari_devolearn.postprocess.membrane import membranes_around
from napari_devolearn.postprocess.threshold import threshold_mask
from napari_devolearn.widgets.common.form.fields import Fields
from napari_devolearn.widgets.common.layers import Plane
from napari_devolearn.widgets.common.view import plane_in_view
from napari_devolearn.widgets.common.worker import Job, show_failure
from napari_devolearn.widgets.segment.result_layer import ResultLayer
from napari_devolearn.widgets.segment.run import PlaneDone
from napari_devolearn.widgets.segment.session import Labelled, Session

_REST = 30
"""Milliseconds without a change of slider and view before work in the background starts."""

KEPT = "These labels were edited by hand and are not changed; Run makes a new layer."


class Live(QObject):
    """Update a session's labels to the parameters, without a new run."""

    status = Signal(str)  # progress of the update; "" when it is complete

    def __init__(
        self, viewer: ViewerModel, fields: Fields[SegmentParams], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._viewer, self._fields = viewer, fields
        self._session: Session | None = None
        self._job = Job(self)
        # after a failure nothing starts until another slice is shown, because it would fail again
        self._job.failed.connect(show_failure)
        self._job.ended.connect(lambda: self._rest())
        self._job.stepped.connect(self._on_step)
        self._rest = qdebounced(self._catch_up, timeout=_REST, parent=self)
        fields.changed.connect(self._on_params)

    def attach(self, session: Session | None) -> None:
        """Use another session, or none."""
        if session is not self._session:
            self.stop()
            self._session = session
            self._apply()
        self.refresh()

    def _on_params(self) -> None:
        """Apply other parameters: to the current slice now, to all else once they stop changing."""
        self._apply()
        self.refresh()

    def refresh(self) -> None:
        """Update after a change of the current slice, its probability or the parameters."""
        session = self._session
        if session is None or session.result is None:
            return
        session.view = plane = plane_in_view(self._viewer, session.source.image)
        if not session.result.writable:
            self.status.emit(KEPT if session.result.edited else "")
            return
        if session.cache.done[plane] and not session.result.final[plane] and self._viewer.dims.ndisplay == 2:
            _preview(session, session.result, plane)
        self._rest()

    def _apply(self) -> None:
        """Update the labels to the parameters, unless they were edited or are of another type."""
        session = self._session
        if session is None or session.result is None or not session.result.writable:
            return
        params = self._fields.params
        if params.output in outputs_for(session.model.spec.task):
            session.use(params)

    def on_step(self, session: Session, step: object) -> None:
        """Show results of a run or the background; labels of former parameters are dropped."""
        view = plane_in_view(self._viewer, session.source.image)
        if isinstance(step, PlaneDone) and step.plane == view:
            if session.probability is not None:
                session.probability.refresh(highlight=False, extent=False)
            if session is self._session:
                self.refresh()
        elif isinstance(step, Labelled) and session.result is not None and step.params == session.params:
            session.count(step)
            session.result.write(step.planes, step.labels, view, instances=step.params.output == "instances")

    def _on_step(self, step: object) -> None:
        if self._session is not None:  # another one stops the job
            self.on_step(self._session, step)

    def stop(self) -> None:
        """Stop the work in the background."""
        self._job.stop()
        self._rest.cancel()

    def _catch_up(self) -> None:
        """Start what is needed next, if nothing is running."""
        session = self._session
        if session is None or session.result is None or not session.result.writable or self._job.running:
            return
        view = plane_in_view(self._viewer, session.source.image)
        behind = session.stale(view)
        missing = [view] if not session.cache.done[view] and view[0] not in session.claimed else []
        self.status.emit(f"{len(behind)} slices are still to be updated…" if len(behind) > 1 else "")
        if missing or behind:
            unit = session.labelled_with((missing or behind)[0])
            self._job.start(partial(_follow, session, missing, unit))


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


def preview_labels(mask: npt.NDArray[np.bool_], previous: Labels, next_label: int) -> Labels:
    """Label a slice's mask with its previous labels, so that colours stay as the threshold moves.

    Pixels keep their label; new pixels get a label of their connected component; components without any get
    new labels.

    All are (Y, X); `previous` is zero where there were no labels; `next_label` is the first free label.
    """
    from scipy import ndimage

    parts, count = ndimage.label(mask)
    inside = np.flatnonzero(mask)
    part, old = parts.ravel()[inside], previous.ravel()[inside]
    label_of = np.zeros(count + 1, np.uint32)
    label_of[part[old > 0]] = old[old > 0]
    fresh = np.flatnonzero(label_of == 0)[1:]  # component 0 is the background
    label_of[fresh] = np.arange(next_label, next_label + len(fresh))
    labels: Labels = np.zeros(mask.shape, np.uint32)
    labels.ravel()[inside] = np.where(old > 0, old, label_of[part])
    return labels


def _follow(session: Session, missing: list[Plane], unit: list[Plane]) -> OwningIterator[object]:
    return OwningIterator(partial(_iter_steps, session, missing, unit))


def _iter_steps(
    session: Session, missing: list[Plane], unit: list[Plane], resources: ExitStack
) -> Generator[object, None, None]:
    predictor = PlanePredictor(session.model, session.movie.voxel_size[1:], resources)
    with closing(iter_planes(session.movie, predictor, session.cache, missing)) as planes:
        for plane in planes:
            yield PlaneDone(plane)
    yield session.label(unit, session.params)
