"""Table of the number of cells of each founder lineage in real embryos at each age.

Made by `research/tables/reference.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Floats
from napari_devolearn.lineage.founders import FOUNDERS

_TABLE = "reference.csv"


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Counts of real embryos by age.

    `age`: (K,), float64: minutes since AB divided, at the median speed of the embryos, ascending.
    `mean, spread`: (K, 7), float64: mean of the counts over the middle 80 % of the embryos, and half of the
    distance between their 16th and 84th percentiles (one standard deviation of a normal distribution), in the
    order of ``FOUNDERS``.
    """

    age: Floats
    mean: Floats
    spread: Floats

    def counts_at(self, age: npt.ArrayLike) -> Floats:
        """Mean counts, (T, 7) float64, at any ages (T,) in minutes; ages outside the table are clipped."""
        at = np.asarray(age, np.float64)
        return np.stack([np.interp(at, self.age, column) for column in self.mean.T], axis=-1)


def load_reference() -> Reference:
    """Load the table that ships with the package.

    Source: embryos of EPIC (Murray et al. 2012), followed from at most 4 nuclei to 300 .. 420.
    """
    text = files("napari_devolearn.lineage.decoding").joinpath(_TABLE).read_text(encoding="utf-8")
    values = np.array([line.split(",") for line in text.splitlines()[1:]], dtype=np.float64)
    seven = len(FOUNDERS)
    return Reference(age=values[:, 0], mean=values[:, 1 : 1 + seven], spread=values[:, 1 + seven :])
