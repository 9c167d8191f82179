"""A small embryo with names and a division, as from EPIC's positions."""

from __future__ import annotations

import numpy as np

from research.drawing.positions import Embryo
from research.drawing.projection import Nuclei

FRAMES, DIVIDES = 8, 4


def small_embryo() -> Embryo:
    """Four cells in a row along x, 12 um apart; EMS divides along x, and MS and E separate.

    ::

        t = 0 .. 3    ABa   ABp    EMS     P2
        t = 4 .. 7    ABa   ABp   MS  E    P2
    """
    frames, cells = [], []
    for t in range(FRAMES):
        young = t - DIVIDES
        x = {"ABa": 0.0, "ABp": 12.0, "EMS": 24.0, "P2": 36.0}
        if young >= 0:
            away = 2.5 + 0.5 * young
            x = {"ABa": 0.0, "ABp": 12.0, "MS": 24.0 - away, "E": 24.0 + away, "P2": 36.0}
        since = [float(young) if name in ("MS", "E") else 99.0 for name in x]
        until = [float(DIVIDES - 1 - t) if name == "EMS" else 99.0 for name in x]
        frames.append(nuclei([(8.0, 10.0, place) for place in x.values()], since, until))
        cells.append(np.array(list(x)))
    return Embryo(
        name="small",
        times=np.arange(FRAMES),
        frames=tuple(frames),
        counts=np.zeros((FRAMES, 7), np.int64),
        cells=tuple(cells),
    )


def nuclei(places: list[tuple[float, float, float]], since: list[float], until: list[float]) -> Nuclei:
    """Nuclei 6 um wide that divide along x."""
    count = len(places)
    return Nuclei(
        position=np.array(places, np.float32),
        diameter=np.full(count, 6, np.float32),
        since_birth=np.array(since, np.float32),
        to_division=np.array(until, np.float32),
        axis=np.tile(np.float32([0, 0, 1]), (count, 1)),
        lineage=np.zeros(count, np.int64),
    )
