"""Label movies of a few discs, small enough to know the correct links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

SIZE = 40
RADIUS = 3

Points = Mapping[int, tuple[float, float]]


def discs(frames: Sequence[Points], radius: float = RADIUS) -> np.ndarray:
    """(T, 40, 40) uint16: in each frame a disc for each label, at (y, x).

    ::

        ..........
        ..11..22..      {1: (10, 10), 2: (10, 25)}
        ..11..22..
        ..........
    """
    y, x = np.mgrid[:SIZE, :SIZE]
    labels = np.zeros((len(frames), SIZE, SIZE), np.uint16)
    for frame, points in zip(labels, frames, strict=True):
        for label, (at_y, at_x) in points.items():
            frame[(y - at_y) ** 2 + (x - at_x) ** 2 <= radius**2] = label
    return labels


def dividing() -> np.ndarray:
    """Frames 0-5 one nucleus, 6-11 its two daughters; another one only moves. Labels change in each frame."""
    frames: list[Points] = []
    for t in range(12):
        points = [(30.0, 20 + 0.5 * t)]
        points += [(12.0, 20.0)] if t < 6 else [(12.0, 16.0), (12.0, 24.0)]
        frames.append({1 + (7 * t + 3 * i) % 50: point for i, point in enumerate(points)})
    return discs(frames)
