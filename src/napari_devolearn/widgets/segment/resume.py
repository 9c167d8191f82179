"""The offer to go on with a run of the chosen image and model that was stopped, by whatever."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from napari_devolearn.inference.runs.resume_cache import KeptRun, any_like
from napari_devolearn.models.registry import find_model
from napari_devolearn.widgets.common.scope import shape_of
from napari_devolearn.widgets.common.worker import Job
from napari_devolearn.widgets.segment.keeping import kept_run
from napari_devolearn.widgets.segment.run import movie_of
from napari_devolearn.widgets.segment.session import Source


class ResumeBox(QWidget):
    """Shown where there is a run to go on with.

    Attributes
    ----------
    resumed : Signal
        A person wants it to go on; the indices of its frames (list of int).
    """

    resumed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: KeptRun | None = None
        self._job: Job | None = None
        self.text = QLabel(self)
        self.resume, self.discard = QPushButton("Resume", self), QPushButton("Discard", self)
        self.resume.setToolTip("Go on with the run that was stopped; its finished frames cost nothing again.")
        self.discard.setToolTip("Remove what is kept of that run from the disk.")
        self.resume.clicked.connect(self._on_resume)
        self.discard.clicked.connect(self._on_discard)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.text, 1)
        row.addWidget(self.resume)
        row.addWidget(self.discard)
        self.hide()

    def look(self, source: Source) -> None:
        """Offer what is kept of a source, in a moment; reads it only where there may be something.

        Parameters
        ----------
        source : Source
        """
        self.offer(None)
        if any_like(shape_of(source.image)):
            self._job = Job(partial(_iter_unfinished, source), self)
            self._job.stepped.connect(self.offer)
            self._job.start()

    def offer(self, run: KeptRun | None) -> None:
        """Offer a run, or none."""
        job, self._job = self._job, None
        if job is not None:
            job.stop()
        self._run = run
        if run is not None:
            done, wanted = len(run.finished & run.wanted), len(run.wanted)
            self.text.setText(f"Resume? {done} of {wanted} frames are done.")
        self.setVisible(run is not None)

    def _on_resume(self) -> None:
        if self._run is not None:
            self.resumed.emit(sorted(self._run.wanted))

    def _on_discard(self) -> None:
        if self._run is not None:
            self._run.discard()
        self.offer(None)


def _iter_unfinished(source: Source) -> Iterator[KeptRun]:
    """The run that is kept of a source, if it is not finished."""
    spec = find_model(source.model).spec
    run = kept_run(source, movie_of(source, spec), spec)
    if run.finished and run.wanted - run.finished:
        yield run
