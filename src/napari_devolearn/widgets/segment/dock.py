"""The Segment dock: its parts put together."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from magicgui.widgets import CheckBox, Container, PushButton, Widget
from napari.layers import Image

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import WeightsError
from napari_devolearn.inference.params import SegmentParams, outputs_for
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.widgets.common.dock import Dock
from napari_devolearn.widgets.common.fields import Fields, choose_from
from napari_devolearn.widgets.common.layer_choice import LayerChoice
from napari_devolearn.widgets.common.model_choice import DeviceChoice, ModelChoice
from napari_devolearn.widgets.common.run_block import RunBlock
from napari_devolearn.widgets.common.scope import pixels_of, plane_in_view, shape_of
from napari_devolearn.widgets.common.settings import keep_settings
from napari_devolearn.widgets.common.tabs import open_dock
from napari_devolearn.widgets.common.worker import show_failure
from napari_devolearn.widgets.segment.axes import AxesChoice
from napari_devolearn.widgets.segment.estimate import expected, in_use, remember_pace
from napari_devolearn.widgets.segment.live import Live
from napari_devolearn.widgets.segment.result_layer import add_probability, is_probability
from napari_devolearn.widgets.segment.resume import ResumeOffer
from napari_devolearn.widgets.segment.run import Opened, Request
from napari_devolearn.widgets.segment.runner import Runner
from napari_devolearn.widgets.segment.scope_choice import ScopeChoice
from napari_devolearn.widgets.segment.segmentable import none_chosen, segmentable
from napari_devolearn.widgets.segment.session import Session, Source
from napari_devolearn.widgets.segment.sessions import sessions_of
from napari_devolearn.widgets.segment.voxel_size import VoxelSizeBox

if TYPE_CHECKING:
    from napari.layers import Labels
    from napari.utils.events import EventEmitter
    from napari.viewer import Viewer

_TASKS = ("nucleus", "membrane", "neuron", "embryo")
_OUTPUTS = {
    "instances": "One label per object: in a volume in 3D, by the voxel size; in a slice of it alone.",
    "mask": "1 in all objects: nuclei, or the insides of cells.",
    "membrane": "1 on the membranes between cells and around them.",
}
_FIELDS: dict[str, dict[str, Any]] = {
    "threshold": {"label": "Threshold", "widget_type": "FloatSlider", "min": 0.01, "max": 0.99, "step": 0.01},
    "output": {"label": "Output"},
    "min_diameter": {"label": "Minimum diameter", "suffix": " µm", "min": 0.0, "max": 100.0, "step": 0.1},
}


class SegmentDock(Dock):
    """Segment the current slice, volume or movie, and move the threshold live.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        napari passes it by this name.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__(napari_viewer)
        self.sessions = sessions_of(napari_viewer)
        self.image = LayerChoice(
            napari_viewer,
            Image,
            label="Image",
            tooltip="The image layer to segment: a slice, a volume or a movie of volumes.",
            fits=lambda layer: not is_probability(layer),
        )
        self.axes, self.voxel_size = AxesChoice(), VoxelSizeBox(self.sessions.typed)
        self.scope = ScopeChoice()
        self.model = ModelChoice(
            _TASKS,
            "Models of a training (*.json)",
            _read_spec,
            tooltip="The model that tells foreground from background: one that ships or a training's .json.",
        )
        self.inside = CheckBox(
            text="Restrict to embryo",
            tooltip="Find the embryo, too, and nothing outside of it: for images with debris.",
        )
        self.fields = Fields(SegmentParams, _FIELDS)
        self.device = DeviceChoice()
        self.resume = ResumeOffer()
        self.run_block = RunBlock(
            tooltip="Segment; what was computed before is not computed again.",
            cancel="Stop after the present slice; completed frames are kept.",
            fails="Completed frames are kept.",
        )
        self.probability = CheckBox(
            text="Probability layer", tooltip="Show the probability as an image layer, 0..255 for 0..1."
        )
        self.outlines = CheckBox(
            text="Outlines only", tooltip="Draw the outline of each object, not its area."
        )
        self.centroids = PushButton(
            text="Centroids…", tooltip="Centre and size of each object: points, a table, and a CSV file."
        )
        self._how = ""
        self._measuring: Any = None
        self.live = Live(napari_viewer, self.fields.params, self.native)
        self.runner = Runner(napari_viewer, self.sessions, self.live, self.native)
        self._arrange()
        keep_settings(
            "segment",
            model=self.model,
            device=self.device,
            threshold=self.fields["threshold"],
            outlines=self.outlines,
        )
        self._connect()
        self._adopt()
        self._on_model()
        self._on_image()

    def _arrange(self) -> None:
        shown: Container[Widget] = Container(
            widgets=[self.probability, self.outlines], layout="horizontal", labels=False
        )
        shown.margins = (0, 0, 0, 0)
        self.lay_out(
            what=[self.image, self.axes, self.voxel_size, self.scope],
            with_what=[self.model, self.inside],
            how=[*self.fields.some("threshold", "output"), self.resume],
            advanced=[self.fields["min_diameter"], self.device],
            restores=self.fields,
            result=[shown, self.centroids],
        )

    def _connect(self) -> None:
        self.image.changed.connect(self._on_image)
        self.axes.changed.connect(self._on_image)
        self.model.changed.connect(self._on_model)
        for control in (self.model, self.inside, self.voxel_size):
            control.changed.connect(self._on_source)
        self.scope.changed.connect(self._tell)
        self.fields.changed.connect(self.live.set_params)
        self.fields.changed.connect(self._on_params)
        self.probability.changed.connect(self._show_probability)
        self.outlines.changed.connect(self._show_outlines)
        self.centroids.changed.connect(lambda _: self.show_centroids())
        self.run_block.run.changed.connect(lambda _: self.run())
        self.run_block.cancel.changed.connect(lambda _: self.runner.cancel())
        self.resume.resumed.connect(self.run)
        self.runner.opened.connect(self._on_opened)
        self.runner.stepped.connect(self.run_block.step)
        self.runner.ended.connect(self._on_ended)
        self.runner.failed.connect(self._on_failed)
        self.live.said.connect(self._on_said)
        for event in self._view_events():
            event.connect(self._on_view)

    @property
    def session(self) -> Session | None:
        """What was run with what is chosen now; None before the first run."""
        image = self.image.layer
        return self.sessions.find(self._source(image, self.voxel_size.size)) if image is not None else None

    def missing(self) -> str:
        """An image."""
        return "" if self.image.layer is not None else none_chosen(self._viewer)

    def run(self, frames: Sequence[int] = ()) -> None:
        """Segment what is chosen; an error that a person can fix is a notification.

        Parameters
        ----------
        frames : sequence of int
            Indices along T, for whole frames instead of the scope chosen.
        """
        if self.runner.running:
            return
        try:
            request = self._request(frames)
        except ValueError as error:
            show_failure(error)
            self.run_block.fail(error)
            return
        self.image.settle()
        self.resume.offer(None)
        self.run_block.begin("Loading the model…")
        self.runner.start(request)

    def show_centroids(self) -> None:
        """Measure the labels in the Centroids dock, or say why they cannot be measured."""
        try:
            labels = self._measurable()
        except ValueError as error:
            show_failure(error)
            return
        self._measuring = open_dock(self._viewer, "Centroids")
        self._measuring.measure(labels)

    def let_go(self) -> None:
        """Follow the viewer no longer; what was run is there for the next dock."""
        for event in self._view_events():
            event.disconnect(self._on_view)
        self.voxel_size.show_image(None, self.model.spec)
        self.resume.offer(None)
        self.runner.ended.disconnect(self._on_ended)
        self.runner.cancel()
        self.live.stop()

    def reset_choices(self, *_: Any) -> None:
        """Follow the layers of the viewer."""
        super().reset_choices()
        if self._attached and self._sections:
            self.runner.check_layers()

    def _measurable(self) -> Labels:
        session = self.session
        if session is None or session.result is None:
            raise ValueError("no labels to measure yet: press Run first")
        result = session.result
        if result.writable:
            if session.params.output != "instances":
                raise ValueError(
                    f"output {session.params.output} tells no objects apart: choose instances to measure them"
                )
            if self.runner.running or result.pending or session.stale((0, 0)):
                raise ValueError("the labels are not finished: measure them once the run and the slider rest")
        return result.layer

    def _request(self, frames: Sequence[int]) -> Request:
        image = segmentable(self._viewer, self.image.layer, colours=self.model.spec.takes_colours)
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
        return Source(image, pixels_of(image), voxel_size, str(self.model.value), inside)

    def _adopt(self) -> None:
        """Take the parameters of what was run last on the image, by a dock that is closed now."""
        found = self.sessions.of_image(self.image.layer)
        if found:
            self.model.take_kept(found[-1].source.model)
            self.inside.value = found[-1].source.inside
            self._offer_outputs()
            self.fields.set(found[-1].params)
            self.live.params = self.fields.params

    def _on_image(self) -> None:
        image = self.image.layer
        self.axes.show_image(image)
        self.voxel_size.show_image(image, self.model.spec)
        self.scope.show_image(image)
        self._on_source()
        self.show_missing()

    def _on_model(self) -> None:
        self._offer_outputs()
        self.voxel_size.show_image(self.image.layer, self.model.spec)

    def _offer_outputs(self) -> None:
        outputs = outputs_for(self.model.spec.task)
        choose_from(
            self.fields["output"],
            [(output, output) for output in outputs],
            [_OUTPUTS[output] for output in outputs],
        )
        self.inside.enabled = self.model.spec.task in ("nucleus", "membrane")

    def _on_source(self) -> None:
        """The image, model or voxel size is another one: so is what was run with it."""
        self._how = ""
        if not self.runner.running:
            session = self.session
            self.live.attach(session)
            if session is not None:
                self.sessions.use(session)
                self._show_probability()
            self._look_for_unfinished()
        self._tell()

    def _on_params(self) -> None:
        session = self.session
        if self._measuring is not None and session is not None and session.result is not None:
            self._measuring.mark_stale(session.result.layer)

    def _on_view(self) -> None:
        self.live.look()

    def _on_said(self, text: str) -> None:
        if text:
            self.run_block.say(text)
        else:
            self._tell()

    def _on_opened(self, step: Opened) -> None:
        self.device.show_devices(step.devices)
        self.run_block.expect(step.steps, in_use(step.session.model))
        self.live.attach(step.session)
        self._show_probability()
        self._show_outlines()

    def _on_ended(self, how: str) -> None:
        image = self.image.layer
        if image is not None and image.ndim >= 2 and self.run_block.pace is not None:
            _, _, height, width = shape_of(image)
            remember_pace(self.model.value, height * width, self.run_block.pace, self.run_block.done)
        self._how = how
        self.run_block.end(how)
        self.live.attach(self.session)
        self._look_for_unfinished()
        self._tell()

    def _on_failed(self, error: Exception) -> None:
        self.run_block.fail(error)
        self._how = self.run_block.text
        self._look_for_unfinished()

    def _tell(self) -> None:
        """Say how the last run ended, what was found, and how long the next one would take."""
        if not self.runner.running:
            session = self.session
            found = session.found_text() if session is not None else ""
            self.run_block.end(" ".join(part for part in (self._how, found, self._estimate(session)) if part))

    def _estimate(self, session: Session | None) -> str:
        image, spec, model = self.image.layer, self.model.spec, str(self.model.value)
        if image is None or not 2 <= image.ndim <= 4:
            return ""
        with suppress(ValueError):  # a range without frames, of which Run tells
            planes = self.scope.planes(self._viewer, image)
            missing = sum(session is None or not session.cache.done[plane] for plane in planes)
            inside = bool(self.inside.enabled and self.inside.value)
            loaded = (model, inside, self.device.value) in self.sessions.models
            return expected(missing, model, spec, shape_of(image)[2:], self.voxel_size.size, loaded=loaded)
        return ""

    def _look_for_unfinished(self) -> None:
        image = self.image.layer
        if image is None or image.rgb or not 2 <= image.ndim <= 4 or self.runner.running:
            self.resume.offer(None)
        else:
            self.resume.look(self._source(image, self.voxel_size.size))

    def _show_probability(self) -> None:
        session = self.session
        if session is None:
            return
        if self.probability.value and session.probability is None:
            session.probability = add_probability(self._viewer, session.source.image, session.cache)
        elif not self.probability.value and session.probability is not None:
            self._viewer.layers.remove(session.probability)

    def _show_outlines(self) -> None:
        session = self.session
        if session is not None and session.result is not None:
            session.result.layer.contour = int(self.outlines.value)

    def _view_events(self) -> tuple[EventEmitter, ...]:
        events = self._viewer.dims.events
        return events.point, events.ndisplay


def _read_spec(path: Path) -> ModelSpec:
    spec = find_model(path).spec
    if spec.task not in _TASKS:
        raise WeightsError(f"{path}: is of task {spec.task!r}, which gives no mask; choose another")
    return spec
