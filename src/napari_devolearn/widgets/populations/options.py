"""Which frames count, and how their curves are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from napari_devolearn.lineage.decoding.clock import Clock, fit_clock
from napari_devolearn.lineage.decoding.reference import load_reference
from napari_devolearn.lineage.populations import Populations
from napari_devolearn.widgets.common.form.fields import Fields


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


class ViewOptions(Fields[View]):
    """Controls of the view; the band of real embryos is fitted until the user sets it."""

    def __init__(self) -> None:
        super().__init__(View, _OPTIONS)
        self.band_by_hand = False  # the user has set the band
        self["minutes"].native.setSpecialValueText("unknown")
        for name, step in (("minutes", 0.5), ("start", 1), ("speed", 0.05)):
            self[name].native.setSingleStep(step)  # of the arrows; typed values may be finer
        for name in ("start", "speed"):
            self[name].changed.connect(self._on_band)

    def fit_band(self, populations: Populations) -> None:
        """Fit the band to decoded curves; raises DevolearnError if they are too short."""
        clock = fit_clock(populations, load_reference())
        self["start"].value, self["speed"].value = clock.start, clock.speed
        self.band_by_hand = False

    def _on_band(self) -> None:
        self.band_by_hand = True
