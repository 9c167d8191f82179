"""One run of the Segment dock: it continues a session, and gives its result a layer."""

from __future__ import annotations

import dataclasses
from typing import cast

from napari.components import ViewerModel
from napari.utils.notifications import show_info

from napari_devolearn.widgets.segment.result_layer import ResultLayer
from napari_devolearn.widgets.segment.run import Opened, Request
from napari_devolearn.widgets.segment.session import OBJECTS, Labelled, Session
from napari_devolearn.widgets.segment.sessions import Sessions


class Run:
    """A request with the session and the loaded model of its source, if there are any."""

    def __init__(self, viewer: ViewerModel, sessions: Sessions, request: Request) -> None:
        self._viewer, self._sessions = viewer, sessions
        self.session = session = sessions.find(request.source)
        if session is not None:
            session.use(request.params)
        model = sessions.models.get((request.source.model, request.source.inside, request.device))
        self.request = dataclasses.replace(request, session=session, model=model)
        # whether the session has its layer
        self._shows = session is not None and session.result is not None and session.result.writable

    def on_step(self, step: object) -> Session:
        """Prepare to show a step; returns the session, which has a layer for it."""
        if isinstance(step, Opened):
            self._open(step.session)
        session = cast("Session", self.session)  # the first step opens it
        self._need_result(session)
        if isinstance(step, Labelled):
            session.claimed.discard(step.planes[0][0])
        return session

    def _open(self, session: Session) -> None:
        """Use the session, whose model is loaded; its frames are left to the run."""
        self.session, source = session, session.source
        self._sessions.use(session)
        self._sessions.models[source.model, source.inside, self.request.device] = session.model
        session.claimed = {t for t, _ in self.request.planes}

    def _need_result(self, session: Session) -> None:
        """Give a session a layer to write to: never one that was edited by hand."""
        result, image = session.result, session.source.image
        if result is not None and result.writable:
            self._shows = True
            return
        one, several = OBJECTS[session.model.spec.task]
        name = f"{image.name} {one if one == 'embryo' else several}"
        session.result = ResultLayer(self._viewer, image, name, session.volumes, session.source.region)
        self._shows = True  # only now: the layers of the viewer are checked when one is added
        if result is not None and result.edited:
            show_info(
                f"{result.layer.name!r} was edited by hand and is kept; the result goes to the new layer "
                f"{session.result.layer.name!r}"
            )

    @property
    def lost_layer(self) -> bool:
        """Whether its labels layer was removed."""
        result = self.session.result if self.session is not None else None
        return self._shows and (result is None or result.layer not in self._viewer.layers)

    def release(self) -> None:
        """Leave all frames to the background again, because the run is over."""
        if self.session is not None:
            self.session.claimed.clear()
