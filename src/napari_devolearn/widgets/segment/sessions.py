"""The sessions of a viewer, which outlive the dock, and the loaded models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napari.components import ViewerModel
from napari.layers import Image
from napari.utils.events import Event

from napari_devolearn._types import VoxelSize
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.widgets.segment.session import Session, Source

_PER_IMAGE = 4
"""Maximum number of sessions of one image; the least recently used one is dropped. Its layers are kept."""

_NAME = "_devolearn_sessions"


class Sessions:
    """Sessions by image, model and voxel size, and the loaded models."""

    def __init__(self, viewer: ViewerModel) -> None:
        # by name, restriction to the embryo, and device
        self.models: dict[tuple[str, bool, str], Predictor] = {}
        self.typed: dict[Path, VoxelSize] = {}  # voxel sizes typed for images of a folder, in um
        self._sessions: list[Session] = []
        viewer.layers.events.removed.connect(self._on_removed)

    def find(self, source: Source) -> Session | None:
        """Session of a source, if there is one."""
        for session in self._sessions:
            same = session.source.image == source.image and session.source.same_as(source)
            if same and session.movie.shape == source.shape:  # its axes may have changed
                return session
        return None

    def of_image(self, image: Image | None) -> list[Session]:
        """Sessions of an image, the last used one at the end."""
        return [session for session in self._sessions if session.source.image == image]

    def use(self, session: Session) -> None:
        """Add a session, as the last used one."""
        others = [other for other in self._sessions if other is not session]
        alike = [other for other in others if other.source.image == session.source.image]
        dropped = alike[: max(0, len(alike) + 1 - _PER_IMAGE)]
        self._sessions = [other for other in others if other not in dropped] + [session]

    def _on_removed(self, event: Event) -> None:
        layer = event.value  # compared by ==, because napari gives plugins proxies of its layers
        self._sessions = [session for session in self._sessions if session.source.image != layer]
        for session in self._sessions:
            if session.probability == layer:
                session.probability = None
            if session.result is not None and session.result.layer == layer:
                session.result = None


def sessions_of(viewer: ViewerModel) -> Sessions:
    """Sessions of a viewer, with the same lifetime; also of napari's proxy of it."""
    # stored on the list of layers: a global table would keep viewers alive through their layers
    layers: Any = viewer.layers
    layers = getattr(layers, "__wrapped__", layers)
    if _NAME not in vars(layers):
        setattr(layers, _NAME, Sessions(viewer))
    found: Sessions = vars(layers)[_NAME]
    return found
