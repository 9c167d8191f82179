"""The Lineage populations dock."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from napari.viewer import Viewer

from napari_devolearn.exceptions import DevolearnError, ImageFormatError
from napari_devolearn.io.tables.counts_file import write_plot
from napari_devolearn.lineage.decoding.clock import fit_clock
from napari_devolearn.lineage.decoding.reference import load_reference
from napari_devolearn.lineage.plot.style import PlotStyle
from napari_devolearn.lineage.populations import Populations
from napari_devolearn.widgets.common.calibration import minutes_between_frames
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.layout import row_of, text_label
from napari_devolearn.widgets.common.form.run_block import message_of
from napari_devolearn.widgets.common.form.settings import restore_settings
from napari_devolearn.widgets.common.save_dialog import ask_and_save
from napari_devolearn.widgets.common.view import FrameSlider, plot_theme
from napari_devolearn.widgets.common.worker import LatestJob
from napari_devolearn.widgets.populations.canvas import PlotCanvas
from napari_devolearn.widgets.populations.controls import Controls, View
from napari_devolearn.widgets.populations.readout import TotalOverlay, add_to_layer, write_table
from napari_devolearn.widgets.populations.runner import Counted, PopulationsRunner, Ready, iter_decoded
from napari_devolearn.widgets.populations.source import movie_source
from napari_devolearn.widgets.populations.tracks import TracksCounter

GESTURES = "Click or drag: go to a frame. Wheel: zoom (Ctrl: cells). Right-drag: pan. Double-click: all."

_REST = 800
"""Minimum milliseconds between two decodings."""

_PLOT = "Image (*.png);;Drawing (*.svg);;Document (*.pdf)"
_FEW = "No curves to fit the band to; count a movie first."


class PopulationsDock(Dock):
    """Count the founder lineages of a movie, and plot them next to it."""

    cancelled = "Cancelled; counted frames are kept. Run continues."

    def __init__(self, napari_viewer: Viewer) -> None:
        controls = Controls(napari_viewer)
        runner = PopulationsRunner(controls.run_block)
        super().__init__(napari_viewer, controls.run_block, runner)
        self._counted: Counted | None = None
        self._populations: Populations | None = None
        self._beside: list[Populations] = []
        self._outlived = False  # the shown curves are of an image that was removed
        self.controls, self.runner = controls, runner
        self._view: View = controls.view.params
        self.canvas, self.decoder, self.tracks = (
            PlotCanvas(),
            LatestJob(self.native, _REST),
            TracksCounter(self.native),
        )
        self.slider, self.overlay = FrameSlider(napari_viewer, self.native), TotalOverlay(napari_viewer)
        self.readout, hint = text_label(), text_label(GESTURES)
        hint.native.setEnabled(False)  # grey
        fields = controls.view
        self.lay_out(
            what=[controls.movie],
            with_what=[controls.model, controls.device, controls.tracks],
            how=fields.some("minutes"),
            advanced=[*fields.some("first", "last", "start", "speed"), controls.fit_band],
            restores=fields,
            result=[
                row_of(*fields.some("log", "points")),
                row_of(*fields.some("band", "total")),
                self.canvas,
                self.readout,
                hint,
                row_of(controls.table, controls.plot, controls.layer),
            ],
        )
        self._connect()
        restore_settings("populations", **{name: fields[name] for name in ("log", "points", "total", "band")})
        self._on_movie()

    def _connect(self) -> None:
        controls = self.controls
        controls.movie.changed.connect(self._on_movie)
        controls.tracks.changed.connect(self._on_tracks)
        controls.view.changed.connect(self._on_view)
        controls.fit_band.changed.connect(self.fit_band)
        controls.table.changed.connect(self._save_table)
        controls.plot.changed.connect(self._save_plot)
        controls.layer.changed.connect(self.add_to_layer)
        self.clear_status_on(controls.movie, controls.model)
        self.tracks.counted.connect(self.show_comparison)
        self.runner.failed.connect(self._decode)
        self.decoder.stepped.connect(lambda step: self._on_decoded(*step))
        self.canvas.values_changed.connect(self.readout.native.setText)
        self.canvas.frame_chosen.connect(self.slider.go_to)
        self.slider.moved.connect(self._on_frame)
        self.follow(self._viewer.events.theme, self._draw)
        self.follow(self._viewer.layers.events.removed, self.runner.forget)

    def missing(self) -> str:
        """What is missing: a movie of an embryo."""
        try:
            movie_source(self._viewer, self.controls.movie.layer)
        except ImageFormatError as error:
            return message_of(error)
        return ""

    def run(self) -> None:
        """Count the chosen movie, or continue."""
        if self.running or self.missing():
            return
        controls = self.controls
        controls.movie.settle()
        source = movie_source(self._viewer, controls.movie.layer)
        counted = self.runner.count(source, str(controls.model.value), str(controls.device.value))
        if counted is not self._counted:
            self._show(counted)

    def on_step(self, step: Ready | Counted) -> None:
        """Show the devices, or decode the counts so far."""
        if isinstance(step, Ready):
            self.controls.device.show_devices(step.devices)
            if self._counted is not None:
                steps = len(self._counted.source) - len(self._counted.frames)
                self.run_block.expect(steps, f"Counting on {step.model.device}…")
            return
        self.run_block.step()
        if step is self._counted:
            self._decode()

    def finish(self) -> str:
        """Decode all counts."""
        self._decode()
        return self.runner.outcome()

    def fit_band(self, *_: Any) -> None:
        """Fit the band of real embryos to the decoded curves."""
        if self._populations is None:
            self.run_block.show_status(_FEW)
            return
        try:
            self.controls.show_band(fit_clock(self._populations, load_reference()))
        except DevolearnError as error:
            self.run_block.show_status(message_of(error))

    def add_to_layer(self, *_: Any) -> None:
        """Add the counts to the metadata of their image layer."""
        if self._populations is not None and self._counted is not None:
            image = self._counted.source.image
            add_to_layer(image, self._populations)
            self.run_block.show_status(
                f"{image.name}: the counts are in layer.metadata['devolearn']['populations']"
            )

    def show_comparison(self, populations: Populations | None) -> None:
        """Draw other counts, dashed, beside those of the movie; None removes them."""
        self._beside = [] if populations is None else [populations]
        self._draw()

    def release(self) -> None:
        """Stop the work, and restore napari's text overlay."""
        super().release()
        self.tracks.stop()
        self.decoder.stop()
        self.slider.forget_viewer()
        self.overlay.hide()
        self.canvas.stop()

    def _on_movie(self, *_: Any) -> None:
        """Show the counts of an image; curves of a removed image are kept until there are others."""
        image = self.controls.movie.layer
        self._on_tracks()
        self.controls.view["minutes"].value = minutes_between_frames(image) or 0
        counted = self.runner.results.get(image) if image is not None else None
        removed = self._counted is not None and self._counted.source.image not in self._viewer.layers
        just_removed = removed and not self._outlived
        self._outlived = removed
        self.slider.follow(image)
        if not (just_removed or (removed and counted is None)):
            self._show(counted)

    def _on_tracks(self, *_: Any) -> None:
        """Count other tracks, or none, in the frames of the chosen image."""
        self.tracks.follow(self.controls.tracks.layer, self.controls.movie.layer)

    def _on_view(self, view: View) -> None:
        before, self._view = self._view, view
        if (before.first, before.last) != (view.first, view.last):
            self._decode()
        else:
            self._draw()

    def _show(self, counted: Counted | None) -> None:
        self._counted, self._populations = counted, None
        self._outlived = False
        self.controls.band_by_hand = False
        self._draw()
        self._decode()

    def _decode(self) -> None:
        counted, view = self._counted, self._view
        if counted is not None and counted.frames:
            frames = counted.frames[view.first : len(counted.source) - view.last]
            self.decoder.ask(partial(iter_decoded, counted, frames))

    def _on_decoded(self, counted: Counted, populations: Populations) -> None:
        if counted is not self._counted:
            return
        self._populations = populations
        if not self.controls.band_by_hand:
            with suppress(ValueError):  # too few frames: the band is not moved
                self.controls.show_band(fit_clock(populations, load_reference()))
        self._draw()

    def _draw(self, *_: Any) -> None:
        view = self._view
        minutes = view.minutes or None
        if self._populations is not None:
            self._populations = replace(self._populations, minutes=minutes)
        self._beside = [replace(one, minutes=minutes) for one in self._beside]
        shown = [self._populations] if self._populations is not None else []
        style = PlotStyle(
            theme=plot_theme(self._viewer),
            scale="log" if view.log else "linear",
            points=view.points,
            clock=view.clock if shown or self._beside else None,
            frames=len(self._counted.source) if self._counted is not None else 0,
        )
        self.canvas.show_populations([*shown, *self._beside], style)
        for button in (self.controls.table, self.controls.plot):
            button.enabled = bool(shown or self._beside)
        self.controls.layer.enabled = bool(shown)
        self._show_total()

    def _on_frame(self, frame: int) -> None:
        self.canvas.put_cursor(frame)
        self._show_total()

    def _show_total(self) -> None:
        if self._view.total and self.canvas.populations:
            self.overlay.show(self.canvas.populations, self.slider.frame, self.canvas.plot_style)
        else:
            self.overlay.hide()

    def _save_table(self) -> None:
        shown = self.canvas.populations
        write = partial(write_table, populations=shown)
        ask_and_save(self.run_block, "Save counts", f"{shown[0].name} counts.csv", write)

    def _save_plot(self) -> None:
        shown, on_white = self.canvas.populations, replace(self.canvas.plot_style, theme="light")
        write = partial(write_plot, populations=shown, style=on_white, overwrite=True)
        ask_and_save(self.run_block, "Save plot", f"{shown[0].name} counts.png", write, _PLOT)
