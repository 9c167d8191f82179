"""The Lineage populations dock."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from napari.layers import Image, Tracks
from napari.viewer import Viewer

from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.inference.counting.lineage_table import FrameCounts
from napari_devolearn.widgets.common.calibration import minutes_between_frames
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.model_choice import DeviceChoice, ModelChoice
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.form.settings import restore_settings
from napari_devolearn.widgets.populations.counting import Counted, Ready, iter_counting
from napari_devolearn.widgets.populations.curves import Curves
from napari_devolearn.widgets.populations.source import movie_source


class PopulationsDock(Dock):
    """Count the founder lineages of a movie, and plot them next to it."""

    cancelled = "Cancelled; counted frames are kept. Run continues."

    def __init__(self, napari_viewer: Viewer) -> None:
        run_block = RunBlock(
            tooltip="Count the cells; frames counted before Cancel are not counted again.",
            cancel="Stop after the current frame; counted frames are kept.",
            keeps="Counted frames are kept.",
        )
        super().__init__(napari_viewer, run_block)
        self._results: dict[Image, Counted] = {}  # of the layers in the viewer
        self._models: dict[tuple[str, str], LineageModel] = {}  # by name or path, and chosen device
        self._run: tuple[Counted, tuple[str, str]] | None = None  # the last run, and the key of its model
        self._outlived = False  # the shown curves are of an image that was removed
        self.movie = LayerChoice(
            napari_viewer,
            Image,
            "Movie",
            "A movie (T, Y, X), greyscale or RGB, or volumes (T, Z, Y, X), which are projected.",
        )
        self.model = ModelChoice(
            ("lineage",),
            "Models (*.json *.onnx *.pt *.pth)",
            _spec_of,
            tooltip="The lineage model: the included one, a trained one, or the file of DevoLearn's model.",
        )
        self.device = DeviceChoice()
        self.tracks = LayerChoice(
            napari_viewer,
            Tracks,
            "Tracks",
            "Tracks named in Correct tracks: their cells are counted and drawn as dashed curves.",
            none="no tracks",
        )
        self.curves = curves = Curves(napari_viewer, run_block)
        self.view = curves.options
        self.lay_out(
            what=[self.movie],
            with_what=[self.model, self.device, self.tracks],
            how=self.view.some("minutes"),
            advanced=[*self.view.some("first", "last", "start", "speed"), curves.fit],
            restores=self.view,
            result=curves.widgets,
        )
        self.movie.changed.connect(self._on_movie)
        self.tracks.changed.connect(self._on_tracks)
        self.clear_status_on(self.movie, self.model)
        self.follow(napari_viewer.events.theme, curves.draw)
        self.follow(napari_viewer.layers.events.removed, self._forget)
        self.on_release.callback(curves.release)
        kept = ("log", "points", "total", "band")
        restore_settings("populations", **{name: self.view[name] for name in kept})
        self._on_movie()

    def check(self) -> None:
        """A movie of an embryo is needed."""
        movie_source(self._viewer, self.movie.layer)

    def run(self) -> None:
        """Count the chosen movie, or continue."""
        if self.running or self.missing():
            return
        self.movie.settle()
        source = movie_source(self._viewer, self.movie.layer)
        model, device = str(self.model.value), str(self.device.value)
        counted = self._results.get(source.image)
        if counted is None or not counted.can_continue(source, model):
            counted = self._results[source.image] = Counted(source=source, model=model)
        loaded = self._models.get((model, device))
        counted.device = device if loaded is None else loaded.device
        self._run = counted, (model, device)
        steps = partial(iter_counting, counted, device, loaded)
        self.start(steps, "Loading the model…", inputs=[source.image])
        if counted is not self.curves.counted:
            self._show(counted)

    def on_step(self, step: Ready | FrameCounts) -> None:
        """Show the device, or store and decode the counts so far."""
        if self._run is None:
            return
        counted, key = self._run
        if isinstance(step, Ready):
            self._models[key], counted.device = step.model, step.model.device
            self.device.show_devices(step.devices)
            left = len(counted.source) - len(counted.frames)
            self.run_block.expect(left, f"Counting on {counted.device}…")
            return
        counted.frames.append(step)
        self.run_block.step()
        if counted is self.curves.counted:
            self.curves.decode()

    def over(self) -> None:
        """Decode all counts."""
        self.curves.decode()

    def finish(self) -> str:
        """Number of counted frames."""
        return self._run[0].summary() if self._run is not None else ""

    def _on_movie(self) -> None:
        """Show the counts of an image; curves of a removed image are kept until there are others."""
        image, shown = self.movie.layer, self.curves.counted
        self._on_tracks()
        self.view["minutes"].value = minutes_between_frames(image) or 0
        counted = self._results.get(image) if image is not None else None
        removed = shown is not None and shown.source.image not in self._viewer.layers
        just_removed = removed and not self._outlived
        self._outlived = removed
        if not (just_removed or (removed and counted is None)):
            self._show(counted)

    def _on_tracks(self) -> None:
        self.curves.follow(self.movie.layer, self.tracks.layer)

    def _show(self, counted: Counted | None) -> None:
        self._outlived = False
        self.curves.show(counted)

    def _forget(self, event: Any) -> None:
        """Drop the counts of a removed layer."""
        for image in list(self._results):
            if image == event.value:  # == instead of is: napari gives plugins proxies of its layers
                del self._results[image]


def _spec_of(path: Path) -> None:
    """Spec of a file; None for files of DevoLearn, whose spec is known only after loading."""
    if not path.is_file():
        raise ValueError(f"{path}: file not found; choose another model")
