"""Run requests, one at a time, and give each result a layer."""

from __future__ import annotations

import dataclasses
from functools import partial

from napari.components import ViewerModel
from napari.utils.notifications import show_info

from napari_devolearn.widgets.common.form.run_block import RunBlock, Task
from napari_devolearn.widgets.segment.live import Live
from napari_devolearn.widgets.segment.result_layer import ResultLayer
from napari_devolearn.widgets.segment.run import Opened, Request, iter_run
from napari_devolearn.widgets.segment.session import Labelled, Session, Sessions

_PLURAL = {"nucleus": "nuclei", "membrane": "cells", "neuron": "neurons", "embryo": "embryo"}


class Runner(Task):
    """Runs on the image layers of a viewer; the steps are Opened, then one for each slice and frame."""

    def __init__(self, viewer: ViewerModel, sessions: Sessions, live: Live, run_block: RunBlock) -> None:
        super().__init__(run_block)
        self._viewer, self._sessions, self._live = viewer, sessions, live
        self._request: Request | None = None
        self._session: Session | None = None
        self._shows = False  # whether the session has its layer
        self.ended.connect(lambda _: self._release())
        self.failed.connect(self._release)

    def run(self, request: Request) -> None:
        """Start a run; an existing session of the same source is continued."""
        session = self._sessions.find(request.source)
        if session is not None:
            session.use(request.params)
        model = self._sessions.models.get((request.source.model, request.source.inside, request.device))
        self._request = dataclasses.replace(request, session=session, model=model)
        self._session = session
        self._shows = session is not None and session.result is not None and session.result.writable
        self.start(partial(iter_run, self._request), "Loading the model…", inputs=(request.source.image,))

    def stop(self) -> None:
        """Stop the run without a status."""
        super().stop()
        self._release()

    def outcome(self) -> str:
        """Outcome of the run that ended."""
        return f"Finished on {self._session.model.device}." if self._session is not None else ""

    def check_layers(self) -> None:
        """Stop the run if its labels layer was removed."""
        result = self._session.result if self._session is not None else None
        if self.running and self._shows and (result is None or result.layer not in self._viewer.layers):
            self.cancel("Stopped, because its labels layer was removed; Run makes a new one.")

    def on_step(self, step: object) -> None:
        """Show a step."""
        if isinstance(step, Opened):
            self._session = session = step.session
            source = session.source
            self._sessions.use(session)
            session.claimed = {t for t, _ in self._request.planes} if self._request is not None else set()
            self._sessions.models[source.model, source.inside, session.device] = session.model
        if self._session is None:
            return
        self._need_result(self._session)
        if not isinstance(step, Opened):
            self._live.on_step(self._session, step)
        if isinstance(step, Labelled):
            self._session.claimed.discard(step.planes[0][0])
        self.stepped.emit(step)

    def _need_result(self, session: Session) -> None:
        """Give a session a layer to write to: never one that was edited by hand."""
        result, image = session.result, session.source.image
        if result is not None and result.writable:
            self._shows = True
            return
        name = f"{image.name} {_PLURAL.get(session.model.spec.task, session.model.spec.task)}"
        session.result = ResultLayer(self._viewer, image, name, session.volumes, session.source.region)
        self._shows = True
        if result is not None and result.edited:
            show_info(
                f"{result.layer.name!r} was edited by hand and is kept; the result goes to the new layer "
                f"{session.result.layer.name!r}"
            )

    def _release(self) -> None:
        """Allow the background to work on all frames again, because the run is over."""
        if self._session is not None:
            self._session.claimed.clear()
        self._live.refresh()
