"""Populations of a movie of a known embryo: the mean real embryo, from age -5 at 0.75 min per frame."""

from __future__ import annotations

import numpy as np

from napari_devolearn.lineage.decoding.reference import load_reference
from napari_devolearn.lineage.founders import FOUNDERS
from napari_devolearn.lineage.populations import Populations

START, SPEED = -5.0, 0.75


def drawn_populations(frames: int = 160, **fields: object) -> Populations:
    """Whole cells; the first three frames are uncertain, raw counts are 1 too high in each lineage."""
    age = START + SPEED * np.arange(frames)
    seven = np.rint(load_reference().counts_at(age))
    counts = np.hstack([seven, seven.sum(axis=1, keepdims=True)])
    raw = counts + np.array([1.0] * len(FOUNDERS) + [7.0])
    known = {"frame": np.arange(frames), "counts": counts, "raw": raw, "age": age}
    return Populations(**({"name": "drawn", "trusted": np.arange(frames) >= 3} | known | fields))
