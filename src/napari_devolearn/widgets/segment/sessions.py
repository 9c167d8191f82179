"""What was run in a viewer, kept as long as it is open: a dock that is opened again goes on with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn._types import VoxelSize
from napari_devolearn.inference.predictor import ResumablePredictor
from napari_devolearn.widgets.segment.session import Session, Source

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image
    from napari.utils.events import Event

_PER_IMAGE = 4
"""Sessions of one image; with one more the one that was not used for longest goes. Its layers stay."""

_NAME = "_devolearn_sessions"


class Sessions:
    """Sessions by image, model and voxel size, and the models that are loaded."""

    def __init__(self, viewer: ViewerModel) -> None:
        # by name, whether it is restricted to the embryo, and device
        self.models: dict[tuple[str, bool, str], ResumablePredictor] = {}
        self.typed: dict[Path, VoxelSize] = {}  # voxel sizes that were typed for images of a folder, in um
        self._sessions: list[Session] = []
        viewer.layers.events.removed.connect(self._on_removed)

    def find(self, source: Source) -> Session | None:
        """The session of a source, if there is one."""
        for session in self._sessions:
            same = session.source.image == source.image and session.source.same_as(source)
            if same and session.movie.shape == source.shape:  # its axes may mean others by now
                return session
        return None

    def of_image(self, image: Image | None) -> list[Session]:
        """The sessions of an image, the last used one at the end."""
        return [session for session in self._sessions if session.source.image == image]

    def use(self, session: Session) -> None:
        """Keep a session, as the last used one."""
        others = [other for other in self._sessions if other is not session]
        alike = [other for other in others if other.source.image == session.source.image]
        dropped = alike[: max(0, len(alike) + 1 - _PER_IMAGE)]
        self._sessions = [other for other in others if other not in dropped] + [session]

    def _on_removed(self, event: Event) -> None:
        layer = event.value  # compared by ==, as napari hands plugins proxies of its layers
        self._sessions = [session for session in self._sessions if session.source.image != layer]
        for session in self._sessions:
            if session.probability == layer:
                session.probability = None
            if session.result is not None and session.result.layer == layer:
                session.result = None


def sessions_of(viewer: ViewerModel) -> Sessions:
    """The sessions of a viewer, which last as long as it does; also of napari's proxy of it."""
    # on the list of layers: a table of viewers would keep them alive through the layers that they hold
    layers: Any = viewer.layers
    layers = getattr(layers, "__wrapped__", layers)
    if _NAME not in vars(layers):
        setattr(layers, _NAME, Sessions(viewer))
    found: Sessions = vars(layers)[_NAME]
    return found
