"""Find straight borders between an image and what surrounds it: strips across it, and sides of its hull."""

from __future__ import annotations

import numpy as np
import scipy
import skimage

from napari_devolearn._types import Array, Floats, Mask

LEAST_SHARE = 0.01
"""Of a slice: less padding hardly changes a percentile."""

_MOST_SIDES = 8
"""Sides of a rotated rectangle that is cut by the frame; the outline of an embryo on a constant background
has about twenty."""
_STRAIGHT = 0.005  # of the content's width: largest distance of the pixels from a straight side
_BIN = 8  # pixels along a side; noise changes at least one of them, a constant background does not
_MET = 0.8  # least share of such bins along a side
_MISSING = 40.0  # pixels expected to differ beyond a side at the rate found along it


def even_lines(plane: Array) -> Mask:
    """Rows that belong to constant strips inside the slice; `outside` finds those at its edges."""
    even = (plane == plane[:, :1]).all(1)
    strips = np.zeros(len(plane), bool)
    ends = np.flatnonzero(np.diff(even.astype(np.int8), prepend=0, append=0))
    for first, end in ends.reshape(-1, 2):
        inside = first > 0 and end < len(plane)
        if inside and end - first > 1 and np.ptp(plane[first:end, 0].astype(np.float64)) == 0:
            value = plane[first, 0]
            beside = plane[[first - 1, end]] != value
            if all(_met(line[None]) for line in beside):
                strips[first:end] = True
    return strips


def outside(shown: Mask) -> Mask:
    """Pixels outside the convex hull of what is shown, if the sides of the hull are straight borders."""
    none = np.zeros(shown.shape, bool)
    corners = _hull(shown)
    if corners is None or _area(corners) > (1 - LEAST_SHARE) * shown.size:
        return none
    tolerance = max(1.0, _STRAIGHT * float(np.ptp(corners, axis=0).max()))
    corners = _simplify(corners, tolerance)
    sides = [
        (start, end)
        for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True)
        if not _on_frame(start, end, shown.shape)
    ]
    if not 0 < len(sides) <= _MOST_SIDES:
        return none
    if not all(_met(_along(shown, start, end, tolerance)) for start, end in sides):
        return none
    y, x = np.ogrid[: shown.shape[0], : shown.shape[1]]
    found = none
    for start, end in sides:
        (dy, dx), length = end - start, float(np.hypot(*(end - start)))
        beyond = ((dy * (x - start[1]) - dx * (y - start[0])) / length < -0.5) & ~shown
        # on a nearly constant background only few pixels differ, so that a corner may have none by chance
        if beyond.sum() * _along(shown, start, end, _BIN).mean() > _MISSING:
            found = found | beyond
    return found


def _hull(shown: Mask) -> Floats | None:
    """Corners of the convex hull, (Y, X), with the inside to the left of each side; None for a line."""
    rows = np.flatnonzero(shown.any(1))
    first = shown[rows].argmax(1)
    last = shown.shape[1] - 1 - shown[rows, ::-1].argmax(1)
    points = np.stack([np.tile(rows, 2), np.concatenate([first, last])], axis=1).astype(np.float64)
    try:
        return np.asarray(points[scipy.spatial.ConvexHull(points).vertices])
    except (scipy.spatial.QhullError, ValueError):
        return None


def _area(corners: Floats) -> float:
    """Area, in pixels, of a polygon through pixel centres."""
    ends = np.roll(corners, -1, axis=0)
    twice = corners[:, 0] @ ends[:, 1] - corners[:, 1] @ ends[:, 0]
    # each pixel extends half a pixel beyond its centre
    return abs(float(twice)) / 2 + float(np.abs(ends - corners).sum()) / 2 + 1


def _simplify(corners: Floats, tolerance: float) -> Floats:
    """Remove corners that are close to the line between their neighbours (Douglas and Peucker 1973)."""
    start = int(np.hypot(*(corners - corners.mean(axis=0)).T).argmax())
    corners = np.roll(corners, -start, axis=0)
    opposite = int(np.hypot(*(corners - corners[0]).T).argmax())
    halves = corners[: opposite + 1], np.concatenate([corners[opposite:], corners[:1]])
    return np.concatenate([skimage.measure.approximate_polygon(half, tolerance)[:-1] for half in halves])


def _on_frame(start: Floats, end: Floats, shape: tuple[int, ...]) -> bool:
    near = 1.5
    both = np.stack([start, end])
    return bool((both < near).all(0).any() or (both > np.array(shape) - 1 - near).all(0).any())


def _along(shown: Mask, start: Floats, end: Floats, tolerance: float) -> Mask:
    """The mask along lines parallel to a side, from the side inwards, (lines, length)."""
    length = float(np.hypot(*(end - start)))
    direction = (end - start) / length
    inwards = np.array([-direction[1], direction[0]])
    steps = np.arange(0, length + 1)
    lines = [start + inwards * depth + steps[:, None] * direction for depth in np.arange(-1, tolerance + 3)]
    y, x = (np.rint(axis).astype(int) for axis in np.moveaxis(np.stack(lines), -1, 0))
    y, x = y.clip(0, shown.shape[0] - 1), x.clip(0, shown.shape[1] - 1)
    return np.asarray(shown[y, x])


def _met(lines: Mask) -> bool:
    """Whether the mask is set nearly everywhere along a side."""
    any_depth: Mask = np.asarray(lines.any(0))
    bins = np.add.reduceat(any_depth, np.arange(0, len(any_depth), _BIN)) > 0
    return bool(bins.mean() >= _MET)
