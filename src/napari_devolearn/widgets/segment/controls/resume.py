"""The offer to resume an interrupted run of the chosen image and model."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

from magicgui.widgets import Container, Label, PushButton, Widget
from psygnal import Signal

from napari_devolearn.inference.runs.resume_cache import StoredRun, has_run_of_shape
from napari_devolearn.models.registry import find_model
from napari_devolearn.widgets.common.form.layout import row_of
from napari_devolearn.widgets.common.worker import Job
from napari_devolearn.widgets.segment.frame_store import stored_run
from napari_devolearn.widgets.segment.session import Source

_PAUSE = 0.25
"""Seconds between two checks whether a cancelled run has ended."""


class ResumeOffer(Container[Widget]):
    """Shown if there is a run to resume."""

    resumed = Signal(object)  # the user resumes the run; the indices of its frames

    def __init__(self) -> None:
        self._run: StoredRun | None = None
        self.text = Label()
        self.resume = PushButton(
            text="Resume", tooltip="Resume the interrupted run; completed frames are not computed again."
        )
        self.discard = PushButton(text="Discard", tooltip="Delete the stored frames of that run.")
        buttons = row_of(self.resume, self.discard)
        super().__init__(widgets=[self.text, buttons], labels=False, label="", visible=False)
        self._job = Job(self.native)
        self._job.stepped.connect(self._on_found)
        self.margins = (0, 0, 0, 0)
        self.resume.changed.connect(self._on_resume)
        self.discard.changed.connect(self._on_discard)

    def search(self, source: Source | None) -> None:
        """Offer a stored run of a source, after a delay; reads the image only if there may be one."""
        self.offer(None)
        fits = source is not None and source.fits and not source.image.rgb
        if source is not None and fits and has_run_of_shape(source.shape):
            self._job.start(partial(_iter_unfinished, source))

    def offer(self, run: StoredRun | None) -> None:
        """Offer a run, or none."""
        self._job.stop()
        self._run = run
        if run is not None:
            done, requested = len(run.finished & run.requested), len(run.requested)
            self.text.value = (
                f"Resume? {done} of {requested} frames {'is' if done == 1 else 'are'} completed."
            )
        self.visible = run is not None

    def _on_found(self, run: StoredRun | None) -> None:
        if run is not None:
            self.offer(run)

    def _on_resume(self) -> None:
        if self._run is not None:
            self.resumed.emit(sorted(self._run.requested))

    def _on_discard(self) -> None:
        if self._run is not None:
            self._run.discard()
        self.offer(None)


def _iter_unfinished(source: Source) -> Iterator[StoredRun | None]:
    """The unfinished stored run of a source, once no other process works on it."""
    spec = find_model(source.model).spec
    run = stored_run(source, source.movie(spec), spec)
    while run.in_use:
        yield None  # so that the search can be stopped
        time.sleep(_PAUSE)
    if run.finished and run.requested - run.finished:
        yield run
