"""What can be chosen in the Lineage populations dock."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from magicgui.widgets import PushButton

from napari_devolearn.lineage.decoding.clock import Clock
from napari_devolearn.widgets.common.form.fields import Fields
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.model_choice import DeviceChoice, ModelChoice
from napari_devolearn.widgets.common.form.run_block import RunBlock

if TYPE_CHECKING:
    from napari.components import ViewerModel


@dataclass(frozen=True, kw_only=True)
class View:
    """Which frames count, and how their curves are shown.

    Parameters
    ----------
    first : int
        Frames at the beginning of the movie that show no embryo and are left out.
    last : int
        Frames at the end of the movie that show no embryo and are left out.
    minutes : float
        Minutes between two frames, for the times of the table; 0 where they are not known.
    log : bool
        Show the cells on a logarithmic scale.
    points : bool
        Show each frame's own counts as points, beside the curves decoded from all frames together.
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
        """By which the band is laid; None where it is not shown."""
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
    """Movie, model, frames, curves, run and export, declared."""

    def __init__(self, viewer: ViewerModel) -> None:
        from napari.layers import Image, Tracks

        self.movie = LayerChoice(
            viewer,
            Image,
            label="Movie",
            tooltip="A movie (T, Y, X), grey or RGB, or volumes (T, Z, Y, X), which are projected.",
        )
        self.model = ModelChoice(
            ("lineage",),
            "Models (*.json *.onnx *.pt *.pth)",
            _spec_of,
            tooltip="The model that counts: the one that ships, one of a training, or DevoLearn's own file.",
        )
        self.device = DeviceChoice()
        self.tracks = LayerChoice(
            viewer,
            Tracks,
            label="Tracks",
            tooltip="Named tracks, as Correct tracks names them: their cells are counted too, dashed.",
            none="no tracks",
        )
        self.view = Fields(View, _OPTIONS)
        self.fit_band = PushButton(
            text="Fit band", tooltip="Lay the band where the decoded curves say that the embryo is."
        )
        self.run_block = RunBlock(
            tooltip="Count; frames that were counted before a Cancel are not counted again.",
            cancel="Stop after the present frame; what is counted stays.",
            fails="What was counted is kept.",
        )
        self.table = PushButton(
            text="CSV…",
            tooltip="Save one row per frame: time, cells of each lineage (E holds EMS until it divides), "
            "age, whether the frame is in doubt or was not measured, and the counts of tracks.",
        )
        self.plot = PushButton(text="Plot…", tooltip="Save the plot on white: PNG, SVG or PDF.")
        self.layer = PushButton(
            text="Add to layer", tooltip="Put the counts into the metadata of the image layer."
        )
        self.band_by_hand = False  # a person has set the band of real embryos, so that nothing else should
        self.view["minutes"].native.setSpecialValueText("unknown")
        for name, step in (("minutes", 0.5), ("start", 1), ("speed", 0.05)):
            self.view[name].native.setSingleStep(step)  # of the arrows; typed values may be finer
        for name in ("start", "speed"):
            self.view[name].changed.connect(self._on_band)

    def show_band(self, clock: Clock) -> None:
        """Take a clock that was fitted."""
        self.view["start"].value, self.view["speed"].value = clock.start, clock.speed
        self.band_by_hand = False

    def show_minutes(self, minutes: float | None) -> None:
        """Take what is known of another movie."""
        self.view["minutes"].value = minutes or 0

    def _on_band(self) -> None:
        self.band_by_hand = True


def _spec_of(path: Path) -> None:
    """A file of DevoLearn says what it is only once it is loaded."""
    if not path.is_file():
        raise ValueError(f"{path}: is missing; choose another model")
