"""The plot of the Lineage populations dock: curves of a movie and of tracks, their values, and saving."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from magicgui.widgets import PushButton, Widget
from napari.layers import Image, Tracks
from napari.viewer import Viewer
from qtpy.QtWidgets import QWidget

from napari_devolearn.exceptions import DevolearnError, message_of
from napari_devolearn.io.tables.counts_file import write_counts, write_plot
from napari_devolearn.lineage.plot.style import PlotStyle
from napari_devolearn.lineage.populations import Populations
from napari_devolearn.widgets.common.form.layout import row_of, text_label
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.save_dialog import ask_and_save
from napari_devolearn.widgets.common.view import FrameSlider, plot_theme
from napari_devolearn.widgets.common.worker import LatestJob
from napari_devolearn.widgets.populations.canvas import PlotCanvas
from napari_devolearn.widgets.populations.counting import Counted, iter_decoded
from napari_devolearn.widgets.populations.options import View, ViewOptions
from napari_devolearn.widgets.populations.readout import TotalOverlay, add_to_layer
from napari_devolearn.widgets.populations.tracks import TracksCounter

GESTURES = "Click or drag: go to a frame. Wheel: zoom (Ctrl: cells). Right-drag: pan. Double-click: all."

_REST = 800
"""Minimum milliseconds between two decodings."""

_PLOT = "Image (*.png);;Drawing (*.svg);;Document (*.pdf)"
_FEW = "No curves to fit the band to; count a movie first."


class Curves:
    """The counts of a movie, decoded, and those of tracks, drawn over the band of real embryos."""

    def __init__(self, viewer: Viewer, run_block: RunBlock) -> None:
        self._viewer, self._run_block = viewer, run_block
        self.counted: Counted | None = None  # counts of the movie
        self._populations: Populations | None = None  # the same, decoded
        self._beside: list[Populations] = []
        self.options, self.canvas, self.readout = ViewOptions(), PlotCanvas(), text_label()
        self._view: View = self.options.params
        self.decoder, self.tracks = LatestJob(run_block.native, _REST), TracksCounter(run_block.native)
        self.slider, self.overlay = FrameSlider(viewer, run_block.native), TotalOverlay(viewer)
        self.fit = PushButton(text="Fit band", tooltip="Fit the band of real embryos to the decoded curves.")
        self.table_button = PushButton(
            text="CSV…",
            tooltip="Save one row per frame: time, cells of each lineage (E includes EMS until it divides), "
            "age, whether the frame is uncertain or was not measured, and the counts of tracks.",
        )
        self.plot_button = PushButton(
            text="Plot…", tooltip="Save the plot on a white background: PNG, SVG or PDF."
        )
        self.layer_button = PushButton(
            text="Add to layer", tooltip="Add the counts to the metadata of the image layer."
        )
        self.options.changed.connect(self._on_view)
        self.fit.changed.connect(self._fit_band)
        self.table_button.changed.connect(self._save_table)
        self.plot_button.changed.connect(self._save_plot)
        self.layer_button.changed.connect(self._add_to_layer)
        self.tracks.counted.connect(self._show_beside)
        self.decoder.stepped.connect(lambda step: self._on_decoded(*step))
        self.canvas.values_changed.connect(self.readout.native.setText)
        self.canvas.frame_chosen.connect(self.slider.go_to)
        self.slider.moved.connect(self._on_frame)

    @property
    def widgets(self) -> list[Widget | QWidget]:
        """The plot with its options and buttons, for a dock."""
        rows = [row_of(*self.options.some(*names)) for names in (("log", "points"), ("band", "total"))]
        hint = text_label(GESTURES)
        hint.native.setEnabled(False)  # grey
        buttons = row_of(self.table_button, self.plot_button, self.layer_button)
        return [*rows, self.canvas, self.readout, hint, buttons]

    def show(self, counted: Counted | None) -> None:
        """Show other counts, or none, with a band that fits."""
        self.counted, self._populations = counted, None
        self.options.band_by_hand = False
        self.draw()
        self.decode()

    def follow(self, image: Image | None, tracks: Tracks | None) -> None:
        """Count other tracks, or none, in the frames of an image."""
        self.slider.follow(image)
        self.tracks.follow(tracks, image)

    def decode(self) -> None:
        """Decode the counts so far, without the frames that are left out."""
        counted, view = self.counted, self._view
        if counted is not None and counted.frames:
            frames = counted.frames[view.first : len(counted.source) - view.last]
            self.decoder.ask(partial(iter_decoded, counted, frames))

    def draw(self, *_: Any) -> None:
        """Draw the curves in the theme of the viewer."""
        view, decoded = self._view, [self._populations] if self._populations is not None else []
        shown = [replace(one, minutes=view.minutes or None) for one in (*decoded, *self._beside)]
        style = PlotStyle(
            theme=plot_theme(self._viewer),
            scale="log" if view.log else "linear",
            points=view.points,
            clock=view.clock if shown else None,
            frames=len(self.counted.source) if self.counted is not None else 0,
        )
        self.canvas.show_populations(shown, style)
        self.table_button.enabled = self.plot_button.enabled = bool(shown)
        self.layer_button.enabled = bool(decoded)
        self._show_total()

    def release(self) -> None:
        """Stop all work, and restore napari's text overlay."""
        self.tracks.stop()
        self.decoder.stop()
        self.slider.forget_viewer()
        self.overlay.hide()
        self.canvas.stop()

    def _on_view(self, view: View) -> None:
        before, self._view = self._view, view
        if (before.first, before.last) != (view.first, view.last):
            self.decode()
        else:
            self.draw()

    def _on_decoded(self, counted: Counted, populations: Populations) -> None:
        if counted is not self.counted:
            return
        self._populations = populations
        if not self.options.band_by_hand:
            with suppress(ValueError):  # too few frames: the band is not moved
                self.options.fit_band(populations)
        self.draw()

    def _show_beside(self, populations: Populations | None) -> None:
        self._beside = [] if populations is None else [populations]
        self.draw()

    def _fit_band(self) -> None:
        try:
            if self._populations is None:
                raise DevolearnError(_FEW)
            self.options.fit_band(self._populations)
        except DevolearnError as error:
            self._run_block.show_status(message_of(error))

    def _on_frame(self, frame: int) -> None:
        self.canvas.put_cursor(frame)
        self._show_total()

    def _show_total(self) -> None:
        if self._view.total and self.canvas.populations:
            self.overlay.show(self.canvas.populations, self.slider.frame, self.canvas.plot_style)
        else:
            self.overlay.hide()

    def _add_to_layer(self) -> None:
        if self._populations is not None and self.counted is not None:
            image = self.counted.source.image
            add_to_layer(image, self.canvas.populations[0])
            self._run_block.show_status(
                f"{image.name}: the counts are in layer.metadata['devolearn']['populations']"
            )

    def _save_table(self) -> None:
        shown = self.canvas.populations
        beside = shown[1] if len(shown) > 1 else None
        write = partial(write_counts, populations=shown[0], beside=beside, overwrite=True)
        ask_and_save(self._run_block, "Save counts", f"{shown[0].name} counts.csv", write)

    def _save_plot(self) -> None:
        shown, on_white = self.canvas.populations, replace(self.canvas.plot_style, theme="light")
        write = partial(write_plot, populations=shown, style=on_white, overwrite=True)
        ask_and_save(self._run_block, "Save plot", f"{shown[0].name} counts.png", write, _PLOT)
