"""A synthetic embryo in the form that training uses."""

from __future__ import annotations

import numpy as np

from research.drawing.positions import Embryo
from research.drawing.projection import Nuclei


def drawn_embryo() -> Embryo:
    """Frames of 8, 27 and 64 nuclei, evenly in an ellipsoid of 20 by 26 by 46 um around (12, 20, 30) um."""
    frames = []
    for side in (2, 3, 4):
        grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, side)] * 3, indexing="ij"), -1).reshape(-1, 3)
        position = grid * np.array([10, 13, 23]) * 0.62 + np.array([12, 20, 30])
        count = len(position)
        frames.append(
            Nuclei(
                position=position.astype(np.float32),
                diameter=np.full(count, 8.9 * count**-0.183, np.float32),
                since_birth=np.full(count, 8.0, np.float32),
                to_division=np.full(count, 8.0, np.float32),
                axis=np.tile(np.float32([0, 0, 1]), (count, 1)),
                lineage=np.zeros(count, np.int64),
            )
        )
    counts = np.zeros((3, 7), np.int64)
    counts[:, 0] = [len(frame) for frame in frames]
    return Embryo(name="drawn", times=np.arange(3), frames=tuple(frames), counts=counts)
