"""A linear clock from frames to ages, to align real embryos with a movie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Floats
from napari_devolearn.exceptions import ParameterError
from napari_devolearn.lineage.decoding.reference import Reference
from napari_devolearn.lineage.populations import Populations


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Age of the embryo as a linear function of the frame.

    `start`: age in frame 0, in minutes since AB divided; shifts the band of real embryos.
    `speed`: minutes of age per frame, above 0; stretches the band.
    Raises ParameterError if the speed is not above 0.
    """

    start: float = 0.0
    speed: float = 1.0

    def __post_init__(self) -> None:
        if not self.speed > 0:
            raise ParameterError(
                f"speed {self.speed} is not above 0 minutes per frame; give a positive speed"
            )

    def age(self, frame: npt.ArrayLike) -> Floats:
        """Age in minutes of any frames, (T,)."""
        return self.start + self.speed * np.asarray(frame, np.float64)

    def frame(self, age: npt.ArrayLike) -> Floats:
        """Frame at any ages, (T,): the inverse of `age`."""
        return (np.asarray(age, np.float64) - self.start) / self.speed


def fit_clock(populations: Populations, reference: Reference) -> Clock:
    """Fit a linear clock to the decoded ages.

    Ages at the ends of the reference table are ignored, because decoded ages stop there.
    Raises ParameterError if fewer than 2 frames have an age between them.
    """
    age = np.full(len(populations), np.nan) if populations.age is None else populations.age
    use = (age > reference.age[0]) & (age < reference.age[-1] - 1)
    if populations.trusted is not None:
        use &= populations.trusted
    if use.sum() < 2 or np.ptp(age[use]) == 0:
        raise ParameterError(
            f"{populations.name}: no ages to fit the band to; use at least 8 frames of a growing embryo, or "
            "set the band manually"
        )
    speed, start = np.polyfit(populations.frame[use], age[use], 1)
    return Clock(start=float(start), speed=max(float(speed), 0.01))


def real_embryos(reference: Reference, age: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Mean and spread of the counts of real embryos at any ages (T,) in minutes.

    Both (T, 8), float64, of each lineage and the total; NaN outside the table. The spread of the total
    assumes independent lineages.
    """
    at = np.asarray(age, np.float64)
    mean, spread = (
        np.stack([np.interp(at, reference.age, column, np.nan, np.nan) for column in part.T], axis=-1)
        for part in (reference.mean, reference.spread)
    )
    total = mean.sum(axis=1, keepdims=True), np.sqrt((spread**2).sum(axis=1, keepdims=True))
    return np.hstack([mean, total[0]]), np.hstack([spread, total[1]])
