"""The Lineage populations dock: its parts put together."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent
from qtpy.QtGui import QCloseEvent, QResizeEvent
from qtpy.QtWidgets import QBoxLayout, QWidget

from napari_devolearn.lineage.clock import fit_clock
from napari_devolearn.lineage.plot.look import PlotLook
from napari_devolearn.lineage.populations import Populations
from napari_devolearn.lineage.reference import load_reference
from napari_devolearn.widgets.common.frame_slider import FrameSlider
from napari_devolearn.widgets.common.plot_theme import plot_theme
from napari_devolearn.widgets.common.worker import show_failure
from napari_devolearn.widgets.populations import export as export
from napari_devolearn.widgets.populations.controls import Controls
from napari_devolearn.widgets.populations.decoder import Decoder
from napari_devolearn.widgets.populations.overlay import TotalOverlay
from napari_devolearn.widgets.populations.panel import PlotPanel
from napari_devolearn.widgets.populations.run import Counted, Ready
from napari_devolearn.widgets.populations.runner import PopulationsRunner
from napari_devolearn.widgets.populations.source import minutes_between_frames, movie_source
from napari_devolearn.widgets.populations.tracks import TracksCounter

if TYPE_CHECKING:
    from napari.layers import Image, Tracks
    from napari.viewer import Viewer

_WIDE = 1.4
"""Width over height from which the plot lies beside the controls."""


class PopulationsDock(QWidget):
    """Count the founder lineages of a movie, and see them beside it.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        napari passes it by this name.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self._attached = True
        self._counted: Counted | None = None
        self._populations: Populations | None = None
        self._beside: list[Populations] = []
        self._outlived = False  # the curves shown are of an image that was removed
        self.controls, self.panel = Controls(napari_viewer, self), PlotPanel(self)
        self.runner, self.decoder = PopulationsRunner(napari_viewer, self), Decoder(self)
        self.tracks = TracksCounter(self)
        self.slider, self.overlay = FrameSlider(napari_viewer, self), TotalOverlay(napari_viewer)
        self._layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._layout.addWidget(self.controls)
        self._layout.addWidget(self.panel, 1)
        self._connect()
        self.panel.show_theme(plot_theme(napari_viewer))
        self._on_image(self.controls.image_box.image)

    def _connect(self) -> None:
        controls = self.controls
        controls.image_box.chosen.connect(self._on_image)
        controls.tracks_box.chosen.connect(self._on_tracks)
        self.tracks.counted.connect(self._on_tracks_counted)
        controls.run_box.run.clicked.connect(self.run)
        controls.run_box.cancel.clicked.connect(lambda: self.runner.cancel())
        controls.ignored.connect(self._decode)
        controls.restyled.connect(self._draw)
        controls.band_box.fit.clicked.connect(self.fit_band)
        controls.total_box.toggled.connect(self._show_total)
        controls.export_box.table.clicked.connect(self.save_table)
        controls.export_box.plot.clicked.connect(self.save_plot)
        controls.export_box.layer.clicked.connect(self.add_to_layer)
        self.runner.ready.connect(self._on_ready)
        self.runner.counted.connect(self._on_counted)
        self.runner.ended.connect(self._on_ended)
        self.decoder.decoded.connect(self._on_decoded)
        self.panel.frame_chosen.connect(self.slider.go_to)
        self.slider.moved.connect(self._on_frame)
        self._viewer.events.theme.connect(self._on_theme)

    def run(self) -> None:
        """Count the movie that is chosen, or go on; an error that a person can mend is a notification."""
        if self.runner.running:
            return
        try:
            source = movie_source(self._viewer, self.controls.image_box.image)
            model = self.controls.model_box.name
        except ValueError as error:
            show_failure(error)
            return
        self.controls.run_box.begin("Loading the model…")
        counted = self.runner.start(source, model, self.controls.device_box.device)
        if counted is not self._counted:
            self._show(counted, source.image)

    def show_beside(self, populations: Populations) -> None:
        """Draw another set of curves too, such as counts of named tracks.

        Parameters
        ----------
        populations : Populations
            Such as `populations_from_counts` makes of a table; replaces one of the same name.
        """
        self._beside = [one for one in self._beside if one.name != populations.name] + [populations]
        self._draw()

    def fit_band(self) -> None:
        """Lay the band of real embryos where the decoded curves say that the embryo is."""
        try:
            if self._populations is None:
                raise ValueError("no curves to fit the band to: run a movie first")
            self.controls.band_box.show_clock(fit_clock(self._populations, load_reference()))
        except ValueError as error:
            show_failure(error)

    def save_table(self) -> None:
        """Ask for a file and write the counts."""
        if shown := self.panel.populations:
            path = export.ask_table_path(self, shown[0].name)
            if path is not None:
                export.save_table(path, shown, self)

    def save_plot(self) -> None:
        """Ask for a file and draw into it."""
        if shown := self.panel.populations:
            path = export.ask_plot_path(self, shown[0].name)
            if path is not None:
                export.save_plot(path, shown, self.panel.look, self)

    def add_to_layer(self) -> None:
        """Put the counts into the metadata of their image layer."""
        from napari.utils.notifications import show_info

        if self._populations is not None and self._counted is not None:
            image = self._counted.source.image
            export.add_to_layer(image, self._populations)
            show_info(f"{image.name}: the counts are in layer.metadata['devolearn']['populations']")

    def _on_image(self, image: Image | None) -> None:
        """Show what was counted in an image; curves of one that was removed stay until there are others."""
        self._on_tracks(self.controls.tracks_box.tracks)
        self.controls.show_minutes(minutes_between_frames(image))
        counted = self.runner.results.get(image) if image is not None else None
        removed = self._counted is not None and self._counted.source.image not in self._viewer.layers
        just_removed = removed and not self._outlived
        self._outlived = removed
        if just_removed or (removed and counted is None):
            self.slider.follow(image)
        else:
            self._show(counted, image)

    def _on_tracks(self, layer: Tracks | None) -> None:
        """Count other tracks, or none, in the frames of the image chosen."""
        self.tracks.follow(layer, self.controls.image_box.image)

    def _on_tracks_counted(self, populations: Populations | None) -> None:
        self._beside = []
        if populations is not None:
            self.show_beside(populations)
        else:
            self._draw()

    def _show(self, counted: Counted | None, image: Image | None) -> None:
        self._counted, self._populations = counted, None
        self._outlived = False
        self.controls.band_box.by_hand = False
        self.slider.follow(image)
        self._draw()
        self._decode()

    def _decode(self) -> None:
        if self._counted is not None and self._counted.frames:
            self.decoder.want(self._counted, self.controls.ignore)

    def _on_ready(self, step: Ready) -> None:
        self.controls.device_box.show_devices(step.devices)
        if self._counted is not None:
            steps = len(self._counted.source) - len(self._counted.frames)
            self.controls.run_box.expect(steps, f"Counting on {step.model.device}…")

    def _on_counted(self, counted: Counted) -> None:
        self.controls.run_box.step()
        if counted is self._counted:
            self._decode()

    def _on_ended(self, how: str) -> None:
        self.controls.run_box.end(how)
        self._decode()

    def _on_decoded(self, counted: Counted, populations: Populations) -> None:
        if counted is not self._counted:
            return
        self._populations = populations
        if not self.controls.band_box.by_hand:
            with suppress(ValueError):  # too few frames yet: the band stays where it is
                self.controls.band_box.show_clock(fit_clock(populations, load_reference()))
                return
        self._draw()

    def _draw(self) -> None:
        controls = self.controls
        if self._populations is not None:
            self._populations = replace(self._populations, minutes=controls.minutes)
        self._beside = [replace(one, minutes=controls.minutes) for one in self._beside]
        shown = [self._populations] if self._populations is not None else []
        look = PlotLook(
            theme=plot_theme(self._viewer),
            scale=controls.scale,
            points=controls.points,
            clock=controls.band_box.clock if shown or self._beside else None,
            frames=len(self._counted.source) if self._counted is not None else 0,
        )
        self.panel.show_populations([*shown, *self._beside], look)
        controls.export_box.setEnabled(bool(shown or self._beside))
        controls.export_box.layer.setEnabled(bool(shown))
        self._show_total()

    def _on_frame(self, frame: int) -> None:
        self.panel.put_cursor(frame)
        self._show_total()

    def _show_total(self) -> None:
        if self.controls.total_box.isChecked() and self.panel.populations:
            self.overlay.show(self.panel.populations, self.slider.frame, self.panel.look)
        else:
            self.overlay.hide()

    def _on_theme(self) -> None:
        self.panel.show_theme(plot_theme(self._viewer))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Put the plot beside the controls where the dock is wide, as below the canvas."""
        super().resizeEvent(event)
        wide = self.width() > _WIDE * self.height()
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if direction != self._layout.direction():
            self._layout.setDirection(direction)

    def event(self, event: QEvent | None) -> bool:
        """Let go of the viewer when the dock is taken out of the window."""
        if event is not None and event.type() == QEvent.Type.ParentChange and self.parent() is None:
            self._let_go()
        return bool(super().event(event))

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802
        """Let go of the viewer."""
        self._let_go()
        super().closeEvent(event)

    def _let_go(self) -> None:
        if self._attached:
            self._attached = False
            self._viewer.events.theme.disconnect(self._on_theme)
            self.controls.image_box.forget_viewer()
            self.controls.tracks_box.forget_viewer()
            self.tracks.stop()
            self.runner.forget_viewer()
            self.decoder.stop()
            self.slider.forget_viewer()
            self.overlay.hide()
            self.panel.stop()
