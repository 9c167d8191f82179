"""Controls of the Lineage populations dock."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from magicgui.widgets import PushButton
from napari.components import ViewerModel
from napari.layers import Image, Tracks

from napari_devolearn.lineage.decoding.clock import Clock
from napari_devolearn.widgets.common.form.fields import Fields
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.model_choice import DeviceChoice, ModelChoice
from napari_devolearn.widgets.common.form.run_block import RunBlock


@dataclass(frozen=True, kw_only=True)
class View:
    """Which frames count, and how their curves are shown.

    Parameters
    ----------
    first : int
        Number of frames without an embryo at the beginning of the movie, which are left out.
    last : int
        Number of frames without an embryo at the end of the movie, which are left out.
    minutes : float
        Minutes between two frames, for the times in the table; 0 if unknown.
    log : bool
        Show the cells on a logarithmic scale.
    points : bool
        Show the counts of each frame as points, in addition to the curves decoded from all frames.
    total : bool
        Write the number of cells of the current frame on napari's canvas.
    band : bool
        Show mean and spread of real embryos (EPIC) behind the curves, and their age above.
    start : float
        Age of the embryo in frame 0, in minutes since AB divided; shifts the band of real embryos.
    speed : float
        Minutes of age per frame; stretches the band of real embryos.
    """

    first: int = 0
    last: int = 0
    minutes: float = 0.0
    log: bool = False
    points: bool = True
    total: bool = False
    band: bool = True
    start: float = 0.0
    speed: float = 1.0

    @property
    def clock(self) -> Clock | None:
        """Clock by which the band is drawn; None if it is hidden."""
        return Clock(start=self.start, speed=self.speed) if self.band else None


_OPTIONS: dict[str, dict[str, Any]] = {
    "first": {"label": "Leave out first", "suffix": " frames", "max": 99_999},
    "last": {"label": "Leave out last", "suffix": " frames", "max": 99_999},
    "minutes": {"label": "Time per frame", "suffix": " min", "max": 1000, "step": 0.001},
    "log": {"label": "Log scale"},
    "points": {"label": "Raw points"},
    "total": {"label": "Total on image"},
    "band": {"label": "Real embryos"},
    "start": {"label": "Age in frame 0", "suffix": " min", "min": -1000, "max": 1000, "step": 0.1},
    "speed": {"label": "Age per frame", "suffix": " min", "min": 0.01, "max": 100, "step": 0.01},
}


class Controls:
    """Controls for movie, model, frames, curves, run and export."""

    def __init__(self, viewer: ViewerModel) -> None:
        self.movie = LayerChoice(
            viewer,
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
            viewer,
            Tracks,
            "Tracks",
            "Tracks named in Correct tracks: their cells are counted and drawn as dashed curves.",
            none="no tracks",
        )
        self.view = Fields(View, _OPTIONS)
        self.fit_band = PushButton(
            text="Fit band", tooltip="Fit the band of real embryos to the decoded curves."
        )
        self.run_block = RunBlock(
            tooltip="Count the cells; frames counted before Cancel are not counted again.",
            cancel="Stop after the current frame; counted frames are kept.",
            fails="Counted frames are kept.",
        )
        self.table = PushButton(
            text="CSV…",
            tooltip="Save one row per frame: time, cells of each lineage (E includes EMS until it divides), "
            "age, whether the frame is uncertain or was not measured, and the counts of tracks.",
        )
        self.plot = PushButton(text="Plot…", tooltip="Save the plot on a white background: PNG, SVG or PDF.")
        self.layer = PushButton(
            text="Add to layer", tooltip="Add the counts to the metadata of the image layer."
        )
        self.band_by_hand = (
            False  # whether the user has set the band of real embryos, so that it is not fitted automatically
        )
        self.view["minutes"].native.setSpecialValueText("unknown")
        for name, step in (("minutes", 0.5), ("start", 1), ("speed", 0.05)):
            self.view[name].native.setSingleStep(step)  # of the arrows; typed values may be finer
        for name in ("start", "speed"):
            self.view[name].changed.connect(self._on_band)

    def show_band(self, clock: Clock) -> None:
        """Show a fitted clock."""
        self.view["start"].value, self.view["speed"].value = clock.start, clock.speed
        self.band_by_hand = False

    def _on_band(self) -> None:
        self.band_by_hand = True


def _spec_of(path: Path) -> None:
    """Spec of a file; None for files of DevoLearn, whose spec is known only after loading."""
    if not path.is_file():
        raise ValueError(f"{path}: file not found; choose another model")
