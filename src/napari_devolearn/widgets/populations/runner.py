"""Carries counting through, one movie at a time, and keeps what was counted in each image layer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from napari_devolearn.widgets.common.worker import Job, show_failure
from napari_devolearn.widgets.populations.run import Counted, Ready, iter_counting
from napari_devolearn.widgets.populations.source import MovieSource

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image
    from napari.utils.events import Event

    from napari_devolearn.inference.counting.lineage import LineageModel

KEPT = "what was counted is kept"


class PopulationsRunner(QObject):
    """Counts lineages in the image layers of a viewer.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    parent : QObject

    Attributes
    ----------
    results : dict of Image to Counted
        Of the layers that are in the viewer.
    ready, counted, ended, failed : Signal
        The model is loaded (Ready), one more frame is counted (Counted, all so far), it is over (str: how),
        or it was ended by an error (Exception), of which a person was notified.
    """

    ready = Signal(object)
    counted = Signal(object)
    ended = Signal(str)
    failed = Signal(object)

    def __init__(self, viewer: ViewerModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._models: dict[tuple[str, str], LineageModel] = {}
        self._job: Job | None = None
        self._device = ""
        self._current: Counted | None = None
        self.results: dict[Image, Counted] = {}
        viewer.layers.events.removed.connect(self._on_removed)

    @property
    def running(self) -> bool:
        """Whether a movie is being counted."""
        return self._job is not None

    def start(self, source: MovieSource, model: str, device: str) -> Counted:
        """Begin to count a movie, or go on where it was left.

        Parameters
        ----------
        source : MovieSource
        model, device : str

        Returns
        -------
        Counted
            Grows while the run goes on.
        """
        before = self.results.get(source.image)
        if before is None or not before.goes_on_with(source, model):
            before = Counted(source=source, model=model)
            self.results[source.image] = before
        self._current, self._device = before, device
        self._job = Job(partial(iter_counting, before, device, self._models.get((model, device))), self)
        self._job.stepped.connect(self._on_step)
        self._job.failed.connect(self._on_failure)
        self._job.ended.connect(self._on_end)
        self._job.start()
        return before

    def cancel(self, why: str = f"Cancelled; {KEPT}, Run goes on.") -> None:
        """Leave the run; frames that were counted stay."""
        job, self._job = self._job, None
        if job is not None:
            job.stop()
            self.ended.emit(why)

    def forget_viewer(self) -> None:
        """Follow the viewer no longer."""
        self._viewer.layers.events.removed.disconnect(self._on_removed)
        self.cancel()

    def _on_step(self, step: object) -> None:
        current = self._current
        if current is None:
            return
        if isinstance(step, Ready):
            self._models[current.model, self._device] = step.model
            self.ready.emit(step)
        else:
            current.frames.append(step)  # type: ignore[arg-type]
            self.counted.emit(current)

    def _on_failure(self, error: Exception) -> None:
        self._job = None
        show_failure(error)
        self.failed.emit(error)

    def _on_end(self) -> None:
        if self._job is not None and self._current is not None:
            self._job = None
            self.ended.emit(f"{len(self._current.frames)} frames counted on {self._used_device()}.")

    def _used_device(self) -> str:
        model = self._models.get((self._current.model, self._device)) if self._current else None
        return model.device if model else self._device

    def _on_removed(self, event: Event) -> None:
        layer = event.value  # compared by ==, as napari hands plugins proxies of its layers
        current = self._current
        if self.running and current is not None and current.source.image == layer:
            self.cancel(f"Stopped, since its image was removed; {KEPT}.")
        for image in list(self.results):
            if image == layer:
                del self.results[image]
