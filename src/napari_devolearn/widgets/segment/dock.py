"""The Segment dock."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from napari.viewer import Viewer

from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.layout import row_of
from napari_devolearn.widgets.common.form.model_choice import DeviceChoice
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.form.settings import restore_settings
from napari_devolearn.widgets.common.worker import show_failure
from napari_devolearn.widgets.segment.controls.result_bar import ResultBar
from napari_devolearn.widgets.segment.controls.resume import ResumeOffer
from napari_devolearn.widgets.segment.controls.source_choice import SourceChoice
from napari_devolearn.widgets.segment.estimate import expected, in_use, network_pixels, remember_pace
from napari_devolearn.widgets.segment.live import Live
from napari_devolearn.widgets.segment.run import Opened, iter_run
from napari_devolearn.widgets.segment.runner import Run
from napari_devolearn.widgets.segment.session import Session
from napari_devolearn.widgets.segment.sessions import sessions_of


class SegmentDock(Dock):
    """Segment the current slice, volume or movie, and update the labels live with the threshold."""

    cancelled = "Cancelled; completed frames are kept."

    def __init__(self, napari_viewer: Viewer) -> None:
        run_block = RunBlock(
            tooltip="Segment; completed frames and slices are not computed again.",
            cancel="Stop after the current slice; completed frames are kept.",
            keeps="Completed frames are kept.",
        )
        super().__init__(napari_viewer, run_block)
        self.sessions = sessions_of(napari_viewer)
        self.choice = choice = SourceChoice(napari_viewer, self.sessions)
        self.fields = fields = choice.fields
        self.live = Live(napari_viewer, fields, run_block.native)
        self.device, self.resume = DeviceChoice(), ResumeOffer()
        self.bar = ResultBar(napari_viewer, lambda: self.session)
        self._run: Run | None = None  # the last run
        self._how = ""  # how it ended
        self.lay_out(
            what=[choice.image, choice.axes, choice.voxel_size, choice.scope, choice.region],
            with_what=[choice.model, choice.inside],
            how=[*fields.some("threshold", "output"), self.resume],
            advanced=[fields["min_diameter"], self.device],
            restores=fields,
            result=[row_of(self.bar.probability, self.bar.outlines), self.bar.centroids],
        )
        kept = {"model": choice.model, "device": self.device, "outlines": self.bar.outlines}
        restore_settings("segment", threshold=fields["threshold"], **kept)
        choice.changed.connect(self._on_source)
        choice.scope.changed.connect(self._show_outcome)
        fields.changed.connect(self.bar.mark_stale)
        self.bar.centroids.changed.connect(lambda _: self.bar.measure(running=self.running))
        self.resume.resumed.connect(self.run)
        self.live.status.connect(self._on_status)
        for event in (napari_viewer.dims.events.point, napari_viewer.dims.events.ndisplay):
            self.follow(event, self.live.refresh)
        self.on_release.callback(self.live.stop)
        self.on_release.callback(self.resume.offer, None)
        self.on_release.callback(choice.release)
        if found := self.sessions.of_image(choice.image.layer):  # of a dock that is closed now
            choice.adopt(found[-1].source, found[-1].params)
        choice.refresh()

    @property
    def session(self) -> Session | None:
        """Session of the current choices; None before the first run."""
        source = self.choice.source
        return self.sessions.find(source) if source is not None else None

    def check(self) -> None:
        """An image is needed, and if a region is chosen, a shape on the image."""
        self.choice.check()

    def run(self, frames: Sequence[int] = ()) -> None:
        """Segment the chosen scope, or whole frames by their indices along T; errors are notifications."""
        if self.running:
            return
        try:
            request = self.choice.request(frames, self.device.value)
        except ValueError as error:
            show_failure(error)
            self.run_block.fail(error)
            return
        self.choice.image.settle()
        self.resume.offer(None)
        self._run = Run(self._viewer, self.sessions, request)
        self.start(partial(iter_run, self._run.request), "Loading the model…", inputs=[request.source.image])

    def on_step(self, step: Any) -> None:
        """Show the backend in use, or one more step."""
        if self._run is None:
            return
        session = self._run.on_step(step)
        if isinstance(step, Opened):
            self.device.show_devices(step.devices)
            self.run_block.expect(step.steps, in_use(session.model))
            self.live.attach(session)
            self.bar.show()
        else:
            self.live.on_step(session, step)
            self.run_block.step()

    def end(self, why: str) -> None:
        """Show how the run ended, what was found, and the expected time of the next one."""
        self.over()
        session = self._run.session if self._run is not None else None
        if session is not None and self.run_block.pace is not None:
            movie = session.movie
            pixels = network_pixels(session.model.spec, movie.shape[2:], movie.voxel_size)
            remember_pace(session.source.model, pixels, self.run_block.pace, self.run_block.done)
        self._how = why or (f"Finished on {session.model.device}." if session is not None else "")
        self.live.attach(self.session)
        self._show_outcome()

    def over(self) -> None:
        """Leave all frames to the background again, and look for a run to resume."""
        self._how = self.run_block.text
        if self._run is not None:
            self._run.release()
        self.live.refresh()
        self.resume.search(self.choice.source)

    def release(self) -> None:
        """End the run; the sessions are kept for the next dock."""
        super().release()
        if self._run is not None:
            self._run.release()

    def reset_choices(self, *_: Any) -> None:
        """Update the layer choices from the viewer; stop the run if its labels layer was removed."""
        super().reset_choices()
        if self.running and self._run is not None and self._run.lost_layer:
            self.cancel("Stopped, because its labels layer was removed; Run makes a new one.")

    def _on_source(self) -> None:
        """Show the session of another image, region, model or voxel size."""
        self._how = ""
        self.show_missing()
        if not self.running:
            session = self.session
            self.live.attach(session)
            if session is not None:
                self.sessions.use(session)
            self.bar.show()
            self.resume.search(self.choice.source)
        self._show_outcome()

    def _on_status(self, text: str) -> None:
        if not text:
            self._show_outcome()
        self.run_block.show_status(text)

    def _show_outcome(self) -> None:
        """Show the outcome of the last run, what was found, and the expected time of the next one."""
        if not self.running:
            session = self.session
            found = session.count_text() if session is not None else ""
            self.run_block.end(" ".join(part for part in (self._how, found, self._estimate(session)) if part))

    def _estimate(self, session: Session | None) -> str:
        source, spec = self.choice.source, self.choice.model.spec
        if source is None or not source.fits:
            return ""
        with suppress(ValueError):  # a range without frames, which Run reports
            planes = self.choice.scope.planes(self._viewer, source.image)
            missing = sum(session is None or not session.cache.done[plane] for plane in planes)
            loaded = (source.model, source.inside, self.device.value) in self.sessions.models
            shape, size = source.shape[2:], source.voxel_size
            return expected(missing, source.model, spec, shape, size, loaded=loaded)
        return ""
