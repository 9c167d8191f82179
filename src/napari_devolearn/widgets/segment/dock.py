"""The Segment dock."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from magicgui.widgets import CheckBox, PushButton
from napari.layers import Image, Shapes
from napari.viewer import Viewer

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import ParameterError
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.fields import Fields
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.layout import row_of
from napari_devolearn.widgets.common.form.model_choice import DeviceChoice
from napari_devolearn.widgets.common.form.run_block import RunBlock, message_of
from napari_devolearn.widgets.common.form.settings import restore_settings
from napari_devolearn.widgets.common.form.tabs import open_dock
from napari_devolearn.widgets.common.layers import Listener, pixels_of, shape_of
from napari_devolearn.widgets.common.view import plane_in_view, region_of
from napari_devolearn.widgets.common.worker import show_failure
from napari_devolearn.widgets.segment.controls.axes import AxesChoice
from napari_devolearn.widgets.segment.controls.form import FIELDS, model_choice, offer_outputs
from napari_devolearn.widgets.segment.controls.resume import ResumeOffer
from napari_devolearn.widgets.segment.controls.scope_choice import ScopeChoice
from napari_devolearn.widgets.segment.controls.voxel_size import VoxelSizeBox
from napari_devolearn.widgets.segment.estimate import expected, in_use, remember_pace
from napari_devolearn.widgets.segment.live import Live
from napari_devolearn.widgets.segment.result_layer import add_probability
from napari_devolearn.widgets.segment.run import Opened, Request
from napari_devolearn.widgets.segment.runner import Runner
from napari_devolearn.widgets.segment.segmentable import none_chosen, segmentable
from napari_devolearn.widgets.segment.session import Session, Source, measurable, sessions_of


class SegmentDock(Dock):
    """Segment the current slice, volume or movie, and update the labels live with the threshold."""

    cancelled = "Cancelled; completed frames are kept."

    def __init__(self, napari_viewer: Viewer) -> None:
        run_block = RunBlock(
            tooltip="Segment; completed frames and slices are not computed again.",
            cancel="Stop after the current slice; completed frames are kept.",
            fails="Completed frames are kept.",
        )
        fields, sessions = Fields(SegmentParams, FIELDS), sessions_of(napari_viewer)
        live = Live(napari_viewer, fields.params, run_block.native)
        runner = Runner(napari_viewer, sessions, live, run_block)
        super().__init__(napari_viewer, run_block, runner)
        self.fields, self.sessions, self.live, self.runner = fields, sessions, live, runner
        what = "The image to segment: a slice, a volume or a movie of volumes."
        self.image = LayerChoice(napari_viewer, Image, "Image", what)
        self.axes, self.voxel_size = AxesChoice(napari_viewer, self.image), VoxelSizeBox(sessions.typed)
        self.scope, self.model, self.device = ScopeChoice(), model_choice(), DeviceChoice()
        only = "A Shapes layer: only the rectangle around its shapes is segmented, in each slice."
        self.region = LayerChoice(napari_viewer, Shapes, "Region", only, none="whole image")
        self._shapes = Listener(self._on_source, "data")
        self.inside = CheckBox(
            text="Restrict to embryo",
            tooltip="Find the embryo first, and ignore everything outside it, such as debris.",
        )
        self.resume = ResumeOffer()
        self.probability = CheckBox(
            text="Probability layer", tooltip="Show the probability as an image layer, 0..255 for 0..1."
        )
        self.outlines = CheckBox(text="Outlines only", tooltip="Draw only the outline of each object.")
        self.centroids = PushButton(
            text="Centroids…",
            tooltip="Measure centre and size of each object: as points, a table and a CSV file.",
        )
        self._how = ""
        self._measuring: Any = None
        self.lay_out(
            what=[self.image, self.axes, self.voxel_size, self.scope, self.region],
            with_what=[self.model, self.inside],
            how=[*fields.some("threshold", "output"), self.resume],
            advanced=[fields["min_diameter"], self.device],
            restores=fields,
            result=[row_of(self.probability, self.outlines), self.centroids],
        )
        kept = {"model": self.model, "device": self.device, "outlines": self.outlines}
        restore_settings("segment", threshold=fields["threshold"], **kept)
        self._connect()
        self._adopt()
        self._on_model()
        self._on_image()

    def _connect(self) -> None:
        self.image.changed.connect(self._on_image)
        self.axes.changed.connect(self._on_image)
        self.model.changed.connect(self._on_model)
        self.region.changed.connect(self._shapes.listen_to)
        for control in (self.model, self.inside, self.voxel_size, self.region):
            control.changed.connect(self._on_source)
        self.scope.changed.connect(self._show_outcome)
        self.fields.changed.connect(self.live.set_params)
        self.fields.changed.connect(self._on_params)
        self.probability.changed.connect(self._show_result)
        self.outlines.changed.connect(self._show_result)
        self.centroids.changed.connect(lambda _: self.show_centroids())
        self.resume.resumed.connect(self.run)
        self.runner.failed.connect(self._on_failed)
        self.live.status.connect(self._on_status)
        for event in (self._viewer.dims.events.point, self._viewer.dims.events.ndisplay):
            self.follow(event, self.live.refresh)

    @property
    def session(self) -> Session | None:
        """Session of the current choices; None before the first run."""
        source = self._chosen()
        return self.sessions.find(source) if source is not None else None

    def missing(self) -> str:
        """What is missing: an image, or a shape on it if a region is chosen."""
        if self.image.layer is None:
            return none_chosen(self._viewer)
        try:
            self._source(self.image.layer, None)
        except ParameterError as error:
            return message_of(error)
        return ""

    def run(self, frames: Sequence[int] = ()) -> None:
        """Segment the chosen scope, or whole frames by their indices along T; errors are notifications."""
        if self.running:
            return
        try:
            request = self._request(frames)
        except ValueError as error:
            show_failure(error)
            self.run_block.fail(error)
            return
        self.image.settle()
        self.resume.offer(None)
        self.runner.run(request)

    def show_centroids(self) -> None:
        """Measure the labels in the Centroids dock, or show why that is not possible."""
        try:
            labels = measurable(self.session, running=self.running)
        except ValueError as error:
            show_failure(error)
            return
        self._measuring = open_dock(self._viewer, "Centroids")
        self._measuring.measure(labels)

    def release(self) -> None:
        """Disconnect from the viewer; the sessions are kept for the next dock."""
        super().release()
        self.voxel_size.show_image(None, self.model.spec)
        self._shapes.listen_to(None)
        self.resume.offer(None)
        self.live.stop()

    def reset_choices(self, *_: Any) -> None:
        """Update the layer choices from the viewer."""
        super().reset_choices()
        if self._links and self._sections:
            self.runner.check_layers()

    def _request(self, frames: Sequence[int]) -> Request:
        image = segmentable(self._viewer, self.image.layer, rgb=self.model.spec.takes_colours)
        planes = [(t, z) for t in frames for z in range(shape_of(image)[1])]
        planes = planes or self.scope.planes(self._viewer, image)
        voxel_size = self.voxel_size.apply(self._viewer)
        return Request(
            source=self._source(image, voxel_size),
            device=self.device.value,
            params=self.fields.params,
            planes=planes,
            as_volumes=bool(frames) or self.scope.scope != "current slice",
            view=plane_in_view(self._viewer, image),
        )

    def _source(self, image: Image, voxel_size: VoxelSize | None) -> Source:
        inside = bool(self.inside.enabled and self.inside.value)
        shapes = self.region.layer
        region = region_of(self._viewer, shapes, image) if shapes is not None else None
        return Source(image, pixels_of(image), voxel_size, str(self.model.value), inside, region)

    def _chosen(self) -> Source | None:
        with suppress(ParameterError):  # of a region, which `missing` reports
            if self.image.layer is not None:
                return self._source(self.image.layer, self.voxel_size.size)
        return None

    def _adopt(self) -> None:
        """Use the parameters of the last run on the image, by a dock that is closed now."""
        found = self.sessions.of_image(self.image.layer)
        if found:
            self.model.restore_value(found[-1].source.model)
            self.inside.value = found[-1].source.inside
            offer_outputs(self.fields, self.model.spec)
            self.fields.set(found[-1].params)
            self.live.params = self.fields.params

    def _on_image(self) -> None:
        image = self.image.layer
        self.axes.show_image(image)
        self.voxel_size.show_image(image, self.model.spec)
        self.scope.show_image(image)
        self._on_source()

    def _on_model(self) -> None:
        offer_outputs(self.fields, self.model.spec)
        self.inside.enabled = self.model.spec.task in ("nucleus", "membrane")
        self.voxel_size.show_image(self.image.layer, self.model.spec)

    def _on_source(self, *_: Any) -> None:
        """Show the session of another image, region, model or voxel size."""
        self._how = ""
        self.show_missing()
        if not self.running:
            session = self.session
            self.live.attach(session)
            if session is not None:
                self.sessions.use(session)
            self._show_result()
            self._look_for_unfinished()
        self._show_outcome()

    def _on_params(self) -> None:
        session = self.session
        if self._measuring is not None and session is not None and session.result is not None:
            self._measuring.mark_stale(session.result.layer)

    def _on_status(self, text: str) -> None:
        if text:
            self.run_block.show_status(text)
        else:
            self._show_outcome()

    def on_step(self, step: Any) -> None:
        """Show the backend in use, or one more step."""
        if isinstance(step, Opened):
            self.device.show_devices(step.devices)
            self.run_block.expect(step.steps, in_use(step.session.model))
            self.live.attach(step.session)
            self._show_result()
        else:
            self.run_block.step()

    def _on_ended(self, why: str) -> None:
        session = self.session
        if session is not None and self.run_block.pace is not None:
            _, _, height, width = session.movie.shape
            remember_pace(self.model.value, height * width, self.run_block.pace, self.run_block.done)
        self._how = why or self.runner.outcome()
        self.live.attach(session)
        self._look_for_unfinished()
        self._show_outcome()

    def _on_failed(self) -> None:
        self._how = self.run_block.text
        self._look_for_unfinished()

    def _show_outcome(self) -> None:
        """Show the outcome of the last run, what was found, and the expected time of the next one."""
        if not self.running:
            session = self.session
            found = session.count_text() if session is not None else ""
            self.run_block.end(" ".join(part for part in (self._how, found, self._estimate(session)) if part))

    def _estimate(self, session: Session | None) -> str:
        source, spec = self._chosen(), self.model.spec
        if source is None or not 2 <= source.image.ndim <= 4:
            return ""
        with suppress(ValueError):  # a range without frames, which Run reports
            planes = self.scope.planes(self._viewer, source.image)
            missing = sum(session is None or not session.cache.done[plane] for plane in planes)
            loaded = (source.model, source.inside, self.device.value) in self.sessions.models
            shape, size = source.shape[2:], source.voxel_size
            return expected(missing, source.model, spec, shape, size, loaded=loaded)
        return ""

    def _look_for_unfinished(self) -> None:
        source = self._chosen()
        fits = source is not None and not source.image.rgb and 2 <= source.image.ndim <= 4
        self.resume.search(source if fits and not self.running else None)

    def _show_result(self) -> None:
        session = self.session
        if session is None:
            return
        if self.probability.value and session.probability is None:
            source = session.source
            session.probability = add_probability(self._viewer, source.image, source.region, session.cache)
        elif not self.probability.value and session.probability is not None:
            self._viewer.layers.remove(session.probability)
        if session.result is not None:
            session.result.layer.contour = int(self.outlines.value)
