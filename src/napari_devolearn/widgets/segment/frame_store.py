"""Store the frames of a run on the disk while it goes on, and load those of the last run."""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import ExitStack, suppress
from pathlib import Path

from napari_devolearn.exceptions import FolderInUseError
from napari_devolearn.inference.inputs.movie import Movie
from napari_devolearn.inference.runs.resume_cache import StoredRun, describe
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.widgets.common.layers import notes_of
from napari_devolearn.widgets.segment.session import Session, Source

_TRIES, _PAUSE = 12, 0.25  # seconds


class FrameStore:
    """Frames of a session on the disk; without a stored run all methods do nothing."""

    def __init__(self, session: Session, run: StoredRun | None = None) -> None:
        self._session, self._run = session, run
        self.finished = run.finished if run is not None else frozenset()

    def load(self, t: int) -> None:
        """Load the probabilities of a frame, if they are stored and not known yet."""
        cache = self._session.cache
        if self._run is not None and t in self.finished and not cache.done[t].all():
            with suppress(OSError, ValueError):  # removed meanwhile: then it is computed
                for z, outputs in enumerate(self._run.load(t).swapaxes(0, 1)):
                    cache.put(t, z, outputs)

    def store(self, t: int) -> None:
        """Store the probabilities of a complete frame, if there is room."""
        cache = self._session.cache
        if self._run is not None and t not in self.finished and cache.done[t].all():
            with suppress(OSError):
                self._run.store(t, cache.frame(t))


def open_store(session: Session, frames: Collection[int], resources: ExitStack) -> FrameStore:
    """Store frames while a run goes on; `resources` end it.

    `frames` are those that the run computes; none if it is too short to be stored. Without room, or if
    another window stores them, nothing is stored.
    """
    if frames:
        run = stored_run(session.source, session.movie, session.model.spec)
        for _ in range(_TRIES):
            try:
                resources.enter_context(run.recording(session.model.compute_backend, frames))
            except FolderInUseError:
                time.sleep(_PAUSE)  # the run that was just cancelled is at its last slice
            except OSError:
                break
            else:
                return FrameStore(session, run)
    return FrameStore(session)


def stored_run(source: Source, movie: Movie, spec: ModelSpec) -> StoredRun:
    """Stored run of an image layer; reads some of the image."""
    layer = source.image
    named = notes_of(layer).get("source") or layer.source.path or layer.name
    fingerprint = describe(movie, Path(named), spec) | ({"inside": True} if source.inside else {})
    return StoredRun(fingerprint, len(spec.outputs))
