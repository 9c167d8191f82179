"""The Segment dock: its parts put together."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from math import prod
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout

from napari_devolearn._types import VoxelSize
from napari_devolearn.inference.params import outputs_for
from napari_devolearn.widgets.centroids.dock import CentroidsDock
from napari_devolearn.widgets.common.layers_box import ImageBox
from napari_devolearn.widgets.common.qt_dock import QtDock
from napari_devolearn.widgets.common.run_box import RunBox
from napari_devolearn.widgets.common.scope import pixels_of, plane_in_view, shape_of
from napari_devolearn.widgets.common.worker import show_failure
from napari_devolearn.widgets.segment.estimate import expected, in_use
from napari_devolearn.widgets.segment.live import Live
from napari_devolearn.widgets.segment.model_box import DeviceBox, ModelBox
from napari_devolearn.widgets.segment.pace import guessed_pace, known_pace, remember_pace
from napari_devolearn.widgets.segment.params_form import ParamsForm
from napari_devolearn.widgets.segment.resume import ResumeBox
from napari_devolearn.widgets.segment.run import Opened, Request
from napari_devolearn.widgets.segment.runner import Runner
from napari_devolearn.widgets.segment.scope_box import ScopeBox
from napari_devolearn.widgets.segment.segmentable import segmentable
from napari_devolearn.widgets.segment.session import Source
from napari_devolearn.widgets.segment.voxel_box import VoxelBox

if TYPE_CHECKING:
    from napari.layers import Image, Labels
    from napari.utils.events import EventEmitter
    from napari.viewer import Viewer


class SegmentDock(QtDock):
    """Segment the slice, volume or movie in view, and move the threshold live.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        napari passes it by this name.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self.image_box, self.model_box = ImageBox(napari_viewer), ModelBox()
        self.scope_box, self.voxel_box = ScopeBox(), VoxelBox()
        self.params_form, self.device_box = ParamsForm(self), DeviceBox()
        self.inside_box = QCheckBox("inside the embryo only")
        self.probability_box = QCheckBox("Probability layer")
        self.centroids_button = QPushButton("Centroids…")
        self.run_box, self.resume_box = RunBox(), ResumeBox()
        self._centroids: CentroidsDock | None = None
        self.live = Live(napari_viewer, self.params_form.params, self)
        self.runner = Runner(napari_viewer, self.live, self)
        self._lay_out()
        self._connect()
        self._on_model()
        self._on_image(self.image_box.image)

    def _lay_out(self) -> None:
        self.inside_box.setToolTip("Find the embryo, too, and nothing outside of it: for images with debris.")
        self.probability_box.setToolTip("Show the probability as an image layer, 0..255 for 0..1.")
        self.centroids_button.setToolTip("Centre and size of each object: points, a table, and a CSV file.")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, widget in (
            ("Image", self.image_box),
            ("Model", self.model_box),
            ("", self.inside_box),
            ("Scope", self.scope_box),
            ("Voxel Z Y X (µm)", self.voxel_box),
            *self.params_form.rows,
            ("Device", self.device_box),
        ):
            form.addRow(text, widget)
        extras = QHBoxLayout()
        extras.addWidget(self.probability_box)
        extras.addStretch()
        extras.addWidget(self.centroids_button)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.resume_box)
        layout.addWidget(self.run_box)
        layout.addLayout(extras)
        layout.addStretch()

    def _connect(self) -> None:
        self.image_box.chosen.connect(self._on_image)
        self.scope_box.choice.currentTextChanged.connect(self._on_scope)
        self.model_box.currentIndexChanged.connect(self._on_model)
        self.inside_box.toggled.connect(self._look_for_unfinished)
        self.params_form.changed.connect(self.live.set_params)
        self.probability_box.toggled.connect(self._on_probability)
        self.params_form.changed.connect(self._doubt_centroids)
        self.centroids_button.clicked.connect(self.show_centroids)
        self.run_box.run.clicked.connect(lambda: self.run())
        self.resume_box.resumed.connect(self.run)
        self.run_box.cancel.clicked.connect(lambda: self.runner.cancel())
        self.runner.opened.connect(self._on_opened)
        self.runner.stepped.connect(self.run_box.step)
        self.runner.ended.connect(self.run_box.end)
        self.runner.ended.connect(self._on_ended)
        self.live.said.connect(self.run_box.say)
        for event in self._view_events():
            event.connect(self._on_view)

    def run(self, frames: Sequence[int] = ()) -> None:
        """Segment what is chosen; an error that a person can mend is a notification.

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
            return
        self.resume_box.offer(None)
        self.run_box.begin("Loading the model…")
        self.runner.start(request)

    def show_centroids(self) -> None:
        """Measure the labels in the Centroids dock, or say what they lack."""
        try:
            labels = self._measurable()
        except ValueError as error:
            show_failure(error)
            return
        _, self._centroids = self._viewer.window.add_plugin_dock_widget("napari-devolearn", "Centroids")
        self._centroids.measure(labels)

    def _measurable(self) -> Labels:
        image = self.image_box.image
        session = self.runner.sessions.get(image) if image is not None else None
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

    def _doubt_centroids(self) -> None:
        image = self.image_box.image
        session = self.runner.sessions.get(image) if image is not None else None
        if self._centroids is not None and session is not None and session.result is not None:
            self._centroids.mark_stale(session.result.layer)

    def _request(self, frames: Sequence[int]) -> Request:
        image = segmentable(self._viewer, self.image_box.image, colours=self.model_box.spec.takes_colours)
        planes = [(t, z) for t in frames for z in range(shape_of(image)[1])]
        planes = planes or self.scope_box.planes(self._viewer, image)
        voxel_size = self.voxel_box.apply(self._viewer)
        return Request(
            source=self._source(image, voxel_size),
            device=self.device_box.device,
            params=self.params_form.params,
            planes=planes,
            as_volumes=bool(frames) or self.scope_box.scope != "slice in view",
            view=plane_in_view(self._viewer, image),
        )

    def _on_image(self, image: Image | None) -> None:
        self.scope_box.show_image(image)
        self.voxel_box.show_image(image)
        self._follow()
        self._look_for_unfinished()

    def _on_scope(self) -> None:
        image = self.image_box.image
        if image is None or not 2 <= image.ndim <= 4 or not self.scope_box.choice.currentText():
            return
        with suppress(ValueError):  # a range without frames, of which Run tells
            planes = self.scope_box.planes(self._viewer, image)
            session = self.runner.sessions.get(image)
            missing = sum(session is None or not session.cache.done[plane] for plane in planes)
            shape = shape_of(image)[2:]
            known = self.run_box.pace or known_pace(self.model_box.name, prod(shape))
            guessed = guessed_pace(self.model_box.spec, shape, self.voxel_box.value)
            self.run_box.say(expected(missing, known, guessed))

    def _on_model(self) -> None:
        self.params_form.offer_outputs(outputs_for(self.model_box.spec.task))
        self.inside_box.setEnabled(self.model_box.spec.task in ("nucleus", "membrane"))
        self._look_for_unfinished()

    def _on_ended(self) -> None:
        image = self.image_box.image
        if image is not None and image.ndim >= 2 and self.run_box.pace is not None:
            pixels = prod(shape_of(image)[2:])
            remember_pace(self.model_box.name, pixels, self.run_box.pace, self.run_box.done)
        self._look_for_unfinished()

    def _look_for_unfinished(self) -> None:
        image = self.image_box.image
        if image is None or image.rgb or not 2 <= image.ndim <= 4 or self.runner.running:
            self.resume_box.offer(None)
        else:
            self.resume_box.look(self._source(image, self.voxel_box.value))

    def _source(self, image: Image, voxel_size: VoxelSize | None) -> Source:
        inside = self.inside_box.isEnabled() and self.inside_box.isChecked()
        return Source(image, pixels_of(image), voxel_size, self.model_box.name, inside)

    def _follow(self) -> None:
        image = self.image_box.image
        self.live.attach(self.runner.sessions.get(image) if image is not None else None)

    def _on_opened(self, step: Opened) -> None:
        self.device_box.show_devices(step.devices)
        self.run_box.expect(step.steps, in_use(step.session.model))
        self._follow()

    def _on_probability(self, wanted: bool) -> None:
        self.runner.with_probability = wanted
        if wanted:
            self.runner.show_probability(self.image_box.image)

    def _on_view(self) -> None:
        self.live.look()

    def let_go(self) -> None:
        """Follow the viewer no longer."""
        for event in self._view_events():
            event.disconnect(self._on_view)
        self.image_box.forget_viewer()
        self.voxel_box.show_image(None)
        self.runner.ended.disconnect(self._on_ended)
        self.resume_box.offer(None)
        self.runner.forget_viewer()
        self.live.stop()

    def _view_events(self) -> tuple[EventEmitter, ...]:
        events = self._viewer.dims.events
        return events.point, events.ndisplay
