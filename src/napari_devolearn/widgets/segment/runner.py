"""Runner: carries runs through, one at a time."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from napari_devolearn.widgets.common.worker import Job, show_failure
from napari_devolearn.widgets.segment.live import Live
from napari_devolearn.widgets.segment.result_layer import ResultLayer
from napari_devolearn.widgets.segment.run import Opened, Request, iter_run
from napari_devolearn.widgets.segment.session import Labelled, Session
from napari_devolearn.widgets.segment.sessions import Sessions

if TYPE_CHECKING:
    from napari.components import ViewerModel

_PLURAL = {"nucleus": "nuclei", "membrane": "cells", "neuron": "neurons", "embryo": "embryo"}


class Runner(QObject):
    """Runs on the image layers of a viewer.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    sessions : Sessions
    live : Live
        Shows what a run has finished.
    parent : QObject

    Attributes
    ----------
    opened, stepped, ended, failed : Signal
        The model is loaded (Opened), one step is done (nothing), and it is over: how (str), or by which
        error (Exception).
    """

    opened = Signal(object)
    stepped = Signal()
    ended = Signal(str)
    failed = Signal(object)

    def __init__(
        self, viewer: ViewerModel, sessions: Sessions, live: Live, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._viewer, self._sessions, self._live = viewer, sessions, live
        self._request: Request | None = None
        self._session: Session | None = None
        self._job: Job | None = None
        self._shows = False  # whether the session has had its layer

    @property
    def running(self) -> bool:
        """Whether a run is going on."""
        return self._job is not None

    def start(self, request: Request) -> None:
        """Begin a run; a session of the same source goes on with what it has."""
        session = self._sessions.find(request.source)
        if session is not None:
            session.use(request.params)
        model = self._sessions.models.get((request.source.model, request.source.inside, request.device))
        self._request = dataclasses.replace(request, session=session, model=model)
        self._session = session
        self._shows = session is not None and session.result is not None and session.result.writable
        self._job = Job(partial(iter_run, self._request), self)
        self._job.stepped.connect(self._on_step)
        self._job.failed.connect(self._on_failure)
        self._job.ended.connect(self._on_end)
        self._job.start()

    def cancel(self, why: str = "Cancelled; completed frames are kept.") -> None:
        """Leave the run; slices and frames that are finished stay."""
        job, self._job = self._job, None
        if job is not None:
            job.stop()
            self._finish()
            self.ended.emit(why)

    def check_layers(self) -> None:
        """Leave the run if its layers were removed."""
        if self._job is None or self._request is None:
            return
        result = self._session.result if self._session is not None else None
        if self._request.source.image not in self._viewer.layers:
            self.cancel("Stopped, since its image was removed.")
        elif self._shows and (result is None or result.layer not in self._viewer.layers):
            self.cancel("Stopped, since its labels layer was removed; Run makes a new one.")

    def _on_step(self, step: object) -> None:
        if isinstance(step, Opened):
            self._on_opened(step)
            return
        session = self._session
        if session is None:
            return
        self._need_result(session)
        self._live.take(session, step)
        if isinstance(step, Labelled):
            session.claimed.discard(step.planes[0][0])
        self.stepped.emit()

    def _on_opened(self, step: Opened) -> None:
        self._session = session = step.session
        source = session.source
        self._sessions.use(session)
        session.claimed = {t for t, _ in self._request.planes} if self._request is not None else set()
        self._sessions.models[source.model, source.inside, session.device] = session.model
        self._need_result(session)
        self.opened.emit(step)

    def _need_result(self, session: Session) -> None:
        """Give a session a layer to write to: never one that a person has edited."""
        from napari.utils.notifications import show_info

        result, image = session.result, session.source.image
        if result is not None and result.writable:
            self._shows = True
            return
        name = f"{image.name} {_PLURAL.get(session.model.spec.task, session.model.spec.task)}"
        session.result = ResultLayer(self._viewer, image, name, session.volumes)
        self._shows = True
        if result is not None and result.edited:
            show_info(
                f"{result.layer.name!r} was edited by hand and is kept; the result goes to the new layer "
                f"{session.result.layer.name!r}"
            )

    def _on_failure(self, error: Exception) -> None:
        self._job = None
        show_failure(error)
        self._finish()
        self.failed.emit(error)

    def _on_end(self) -> None:
        if self._job is not None:
            self._job = None
            self._finish()
            self.ended.emit(f"Finished on {self._session.model.device}." if self._session is not None else "")

    def _finish(self) -> None:
        if self._session is not None:
            self._session.claimed.clear()
        self._live.look()
