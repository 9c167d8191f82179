"""Runner: carries runs through, one at a time, and keeps the session of each image layer."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from napari_devolearn.inference.predictor import ResumablePredictor
from napari_devolearn.widgets.common.worker import Job, show_failure
from napari_devolearn.widgets.segment.live import Live
from napari_devolearn.widgets.segment.result_layer import ResultLayer, add_probability
from napari_devolearn.widgets.segment.run import Opened, Request, iter_run
from napari_devolearn.widgets.segment.session import Labelled, Session

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image, Layer
    from napari.utils.events import Event

_PLURAL = {"nucleus": "nuclei", "membrane": "cells", "neuron": "neurons", "embryo": "embryo"}


class Runner(QObject):
    """Runs on the image layers of a viewer.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    live : Live
        Shows what a run has finished.
    parent : QObject

    Attributes
    ----------
    sessions : dict of Image to Session
    with_probability : bool
        Show the probability as a layer, too.
    opened, stepped, ended : Signal
        The model is loaded (Opened), one step is done (nothing), and it is over (str: how).
    """

    opened = Signal(object)
    stepped = Signal()
    ended = Signal(str)

    def __init__(self, viewer: ViewerModel, live: Live, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._live = live
        self._models: dict[tuple[str, bool, str], ResumablePredictor] = {}
        self._request: Request | None = None
        self._job: Job | None = None
        self.sessions: dict[Image, Session] = {}
        self.with_probability = False
        viewer.layers.events.removed.connect(self._on_removed)

    @property
    def running(self) -> bool:
        """Whether a run is going on."""
        return self._job is not None

    def start(self, request: Request) -> None:
        """Begin a run; a session of the same source goes on with what it has."""
        session = self.sessions.get(request.source.image)
        if session is not None and not session.source.same_as(request.source):
            session = None
        if session is not None:
            session.use(request.params)
        model = self._models.get((request.source.model, request.source.inside, request.device))
        self._request = dataclasses.replace(request, session=session, model=model)
        self._job = Job(partial(iter_run, self._request), self)
        self._job.stepped.connect(self._on_step)
        self._job.failed.connect(self._on_failure)
        self._job.ended.connect(self._on_end)
        self._job.start()

    def cancel(self, why: str = "Cancelled; what was finished is kept.") -> None:
        """Leave the run; slices and frames that are finished stay."""
        job, self._job = self._job, None
        if job is not None:
            job.stop()
            self._finish(why)

    def forget_viewer(self) -> None:
        """Follow the viewer no longer."""
        self._viewer.layers.events.removed.disconnect(self._on_removed)
        self.cancel()

    def show_probability(self, image: Image | None) -> None:
        """Add the probability of an image that was run as a layer, unless it is there."""
        session = self.sessions.get(image) if image is not None else None
        if session is not None and session.probability is None:
            session.probability = add_probability(self._viewer, session.source.image, session.cache)

    def _on_step(self, step: object) -> None:
        if isinstance(step, Opened):
            self._on_opened(step)
            return
        session = self._session()
        if session is None:
            return
        self._need_result(session)
        self._live.take(session, step)
        if isinstance(step, Labelled):
            session.claimed.discard(step.planes[0][0])
        self.stepped.emit()

    def _on_opened(self, step: Opened) -> None:
        session = step.session
        source = session.source
        self.sessions[source.image] = session
        session.claimed = {t for t, _ in self._request.planes} if self._request is not None else set()
        self._models[source.model, source.inside, session.device] = session.model
        self._need_result(session)
        if self.with_probability:
            self.show_probability(source.image)
        self.opened.emit(step)

    def _need_result(self, session: Session) -> None:
        """Give a session a layer to write to: never one that a person has edited."""
        from napari.utils.notifications import show_info

        result, image = session.result, session.source.image
        if result is not None and result.writable:
            return
        name = f"{image.name} {_PLURAL.get(session.model.spec.task, session.model.spec.task)}"
        session.result = ResultLayer(self._viewer, image, name, session.volumes)
        if result is not None and result.edited:
            show_info(
                f"{result.layer.name!r} was edited by hand and is kept; the result goes to the new layer "
                f"{session.result.layer.name!r}"
            )

    def _on_removed(self, event: Event) -> None:
        layer: Layer = event.value  # compared by ==, as napari hands plugins proxies of its layers
        running = self._request.source.image if self._job is not None and self._request is not None else None
        if layer == running:
            self.cancel("Stopped, since its image was removed.")
        for image, session in list(self.sessions.items()):
            if layer == image:
                del self.sessions[image]
            if session.probability == layer:
                session.probability = None
            if session.result is not None and session.result.layer == layer:
                session.result = None
                if image == running:
                    self.cancel("Stopped, since its labels layer was removed; Run makes a new one.")

    def _on_failure(self, error: Exception) -> None:
        self._job = None
        show_failure(error)
        self._finish("Stopped by an error; what was finished is kept.")

    def _on_end(self) -> None:
        if self._job is not None:
            self._job = None
            self._finish("")

    def _finish(self, how: str) -> None:
        session = self._session()
        if session is not None:
            session.claimed.clear()
            how = how or f"Finished on {session.model.device}."
        self.ended.emit(how)
        self._live.look()

    def _session(self) -> Session | None:
        return self.sessions.get(self._request.source.image) if self._request is not None else None
