"""What a slice shows, apart from empty borders that a crop, a rotation or a registration left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Mask: TypeAlias = npt.NDArray[np.bool_]
Points: TypeAlias = npt.NDArray[np.float64]

GROUND = 20.0
"""Percentile of an image that is its dark ground."""

_LEAST_EDGE = 32  # pixels: below it, equal pixels are chance
_LEAST_SHARE = 0.01  # of a slice; less moves no percentile by much
_LEAST_CONTENT = 0.03  # of a slice: one object on a drawn, black ground is no padded picture
_MOST_SIDES = 8
"""A rotated rectangle that the frame cuts has as many sides; the outline of an embryo on an even ground,
drawn as exactly, has twenty."""
_STRAIGHT = 0.005  # of the content's width: how far a side may lie from the pixels that it follows
_BIN = 8  # pixels of a side, of which one must show something: noise does, an even ground does not
_MET = 0.8  # of the bins
_MISSING = 40.0  # pixels that would differ beyond a side if they did so as often as along it


@dataclass(frozen=True, eq=False)
class Content:
    """The part of a slice that shows something.

    Parameters
    ----------
    box : tuple of slice
        (Y, X), around all of it.
    padding : ndarray, (Y, X) of the box, bool, or None
        What is padding within the box; None if nothing is.
    valid : ndarray, (Y, X) of the box, bool, or None
        What percentiles may count: no padding, nor pixels that interpolation mixed with it; None for all.
    share : float
        Of the slice that is padding.
    """

    box: tuple[slice, slice]
    padding: Mask | None = None
    valid: Mask | None = None
    share: float = 0.0

    def cut(self, planes: npt.NDArray[np.generic], *, mirror: bool = False) -> npt.NDArray[np.generic]:
        """Cut the content out of planes; padding within it becomes background.

        Parameters
        ----------
        planes : ndarray, (Y, X) or (C, Y, X), real
            Of several channels the middle one is the slice itself.
        mirror : bool
            Mirror what lies at the border of the padding, as bright field needs it: an even area in it
            looks like an object. By default the padding gets the dark ground of a stained slice.

        Returns
        -------
        ndarray, (Y, X) or (C, Y, X) of the box
        """
        inside = planes[..., *self.box]
        if self.padding is None:
            return inside
        if mirror:
            return inside[..., *_mirrored(self.padding)]
        own = inside if inside.ndim == 2 else inside[len(inside) // 2]
        ground = np.percentile(own[self.valid], GROUND)
        return np.where(self.padding, ground.astype(inside.dtype), inside)


def find_content(plane: npt.NDArray[np.generic]) -> Content | None:
    """Tell a slice from its padding: areas of one value with straight borders, at its edges or across it.

    An even background that follows the shape of an embryo is none, and noise is none.

    Parameters
    ----------
    plane : ndarray, (Y, X), real
        Original pixels; resampling makes noise of an even area.

    Returns
    -------
    Content or None
        None if all pixels are the same.
    """
    first = plane[0, 0]
    if first == plane[-1, -1] and not (plane != first).any():
        return None
    whole = Content((slice(0, plane.shape[0]), slice(0, plane.shape[1])))
    if min(plane.shape) < _LEAST_EDGE:
        return whole
    strips = _strips(plane)
    padding = strips
    for value in np.unique(plane[[0, 0, -1, -1], [0, -1, 0, -1]]):  # other ones may pad other sides
        padding = padding | _outside((plane != value) & ~strips)
    share = float(padding.mean())
    if share < _LEAST_SHARE or share > 1 - _LEAST_CONTENT:
        return whole
    content = _describe(padding, share)
    values = plane[content.box] if content.valid is None else plane[content.box][content.valid]
    return whole if values.size == 0 or values.min() == values.max() else content


def _describe(padding: Mask, share: float) -> Content:
    from scipy import ndimage

    rows, columns = np.flatnonzero(~padding.all(1)), np.flatnonzero(~padding.all(0))
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    # beyond the frame lies nothing that could have been mixed in, beyond the box lies padding
    near = ndimage.binary_dilation(padding, iterations=2)[box]
    within = ndimage.binary_dilation(padding[box])
    return Content(box, within if padding[box].any() else None, ~near, share)


def _mirrored(padding: Mask) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Where each pixel is taken from: itself, or as far beyond the nearest border of the padding."""
    from scipy import ndimage

    nearest = ndimage.distance_transform_edt(padding, return_distances=False, return_indices=True)
    here = np.indices(padding.shape)
    y, x = (
        (2 * at - own).clip(0, length - 1)
        for at, own, length in zip(nearest, here, padding.shape, strict=True)
    )
    back = padding[y, x]  # narrow content: its border will do
    return np.where(back, nearest[0], y), np.where(back, nearest[1], x)


def _strips(plane: npt.NDArray[np.generic]) -> Mask:
    """Rows and columns across the slice, two or more side by side, of one value and with content around."""
    rows, columns = _even_lines(plane), _even_lines(plane.T)
    return np.logical_or.outer(rows, columns)


def _even_lines(plane: npt.NDArray[np.generic]) -> Mask:
    """Rows within the slice that belong to strips; those at its edges are left to `_outside`."""
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


def _outside(shown: Mask) -> Mask:
    """What lies beyond the straight borders around all that is shown; nothing if they are not straight."""
    none = np.zeros(shown.shape, bool)
    corners = _hull(shown)
    if corners is None or _area(corners) > (1 - _LEAST_SHARE) * shown.size:
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
    outside = none
    for start, end in sides:
        (dy, dx), length = end - start, float(np.hypot(*(end - start)))
        beyond = ((dy * (x - start[1]) - dx * (y - start[0])) / length < -0.5) & ~shown
        # few pixels of an even ground differ: beyond the outermost of them are corners without any
        if beyond.sum() * _along(shown, start, end, _BIN).mean() > _MISSING:
            outside = outside | beyond
    return outside


def _hull(shown: Mask) -> Points | None:
    """Corners of the convex hull, the inside on the left of each side if Y goes right and X up.

    None of a line.
    """
    from scipy.spatial import ConvexHull, QhullError

    rows = np.flatnonzero(shown.any(1))
    first = shown[rows].argmax(1)
    last = shown.shape[1] - 1 - shown[rows, ::-1].argmax(1)
    points = np.stack([np.tile(rows, 2), np.concatenate([first, last])], axis=1).astype(np.float64)
    try:
        return np.asarray(points[ConvexHull(points).vertices])
    except (QhullError, ValueError):
        return None


def _area(corners: Points) -> float:
    """Pixels that a polygon through the centres of pixels covers."""
    ends = np.roll(corners, -1, axis=0)
    twice = corners[:, 0] @ ends[:, 1] - corners[:, 1] @ ends[:, 0]
    # a pixel reaches half of its edge beyond its centre
    return abs(float(twice)) / 2 + float(np.abs(ends - corners).sum()) / 2 + 1


def _simplify(corners: Points, tolerance: float) -> Points:
    """Corners without those that lie so near to the sides between others (Douglas and Peucker 1973)."""
    from skimage.measure import approximate_polygon

    start = int(np.hypot(*(corners - corners.mean(axis=0)).T).argmax())
    corners = np.roll(corners, -start, axis=0)
    opposite = int(np.hypot(*(corners - corners[0]).T).argmax())
    halves = corners[: opposite + 1], np.concatenate([corners[opposite:], corners[:1]])
    return np.concatenate([approximate_polygon(half, tolerance)[:-1] for half in halves])


def _on_frame(start: Points, end: Points, shape: tuple[int, ...]) -> bool:
    near = 1.5
    both = np.stack([start, end])
    return bool((both < near).all(0).any() or (both > np.array(shape) - 1 - near).all(0).any())


def _along(shown: Mask, start: Points, end: Points, tolerance: float) -> Mask:
    """What is shown on lines along a side, from it inwards, (lines, length)."""
    length = float(np.hypot(*(end - start)))
    direction = (end - start) / length
    inwards = np.array([-direction[1], direction[0]])
    steps = np.arange(0, length + 1)
    lines = [start + inwards * depth + steps[:, None] * direction for depth in np.arange(-1, tolerance + 3)]
    y, x = (np.rint(axis).astype(int) for axis in np.moveaxis(np.stack(lines), -1, 0))
    y, x = y.clip(0, shown.shape[0] - 1), x.clip(0, shown.shape[1] - 1)
    return np.asarray(shown[y, x])


def _met(lines: Mask) -> bool:
    """Whether something is shown nearly everywhere along a side."""
    any_depth: Mask = np.asarray(lines.any(0))
    bins = np.add.reduceat(any_depth, np.arange(0, len(any_depth), _BIN)) > 0
    return bool(bins.mean() >= _MET)
