"""Find the padding of a slice: constant borders from cropping, rotation or registration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import scipy
import skimage

Mask: TypeAlias = npt.NDArray[np.bool_]
Points: TypeAlias = npt.NDArray[np.float64]

GROUND = 20.0
"""Percentile of an image that stands for its dark background."""

_LEAST_EDGE = 32  # pixels: in smaller slices equal pixels occur by chance
_LEAST_SHARE = 0.01  # of a slice: less padding hardly changes a percentile
_LEAST_CONTENT = 0.03  # of a slice: less is one object on a black background, not a padded image
_MOST_SIDES = 8
"""Sides of a rotated rectangle that is cut by the frame; the outline of an embryo on a constant background
has about twenty."""
_STRAIGHT = 0.005  # of the content's width: largest distance of the pixels from a straight side
_BIN = 8  # pixels along a side; noise changes at least one of them, a constant background does not
_MET = 0.8  # least share of such bins along a side
_MISSING = 40.0  # pixels expected to differ beyond a side at the rate found along it


@dataclass(frozen=True, eq=False)
class Content:
    """The part of a slice that is not padding.

    `box`: bounding box, (Y, X).
    `padding`: (Y, X) of the box, bool: padding within it; None if there is none.
    `valid`: (Y, X) of the box, bool: pixels for percentiles: no padding, and no pixels that
    interpolation mixed with padding; None for all.
    `share`: share of the slice that is padding.
    """

    box: tuple[slice, slice]
    padding: Mask | None = None
    valid: Mask | None = None
    share: float = 0.0

    def cut(self, planes: npt.NDArray[np.generic], *, mirror: bool = False) -> npt.NDArray[np.generic]:
        """Crop planes, (Y, X) or (C, Y, X), to the box; padding inside the box is replaced by background.

        The middle channel is the slice itself. By default padding becomes the dark background of a
        fluorescence image; `mirror` fills it by mirroring, as bright field needs it: a constant area looks
        like an object there.
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
    """Find padding: areas of one value with straight borders, at the edges or across the slice.

    A constant background around an embryo is not padding. Returns None if all pixels are equal.

    `plane`: original pixels, (Y, X); after resampling a constant area has rounding noise.
    """
    first = plane[0, 0]
    if first == plane[-1, -1] and not (plane != first).any():
        return None
    whole = Content((slice(0, plane.shape[0]), slice(0, plane.shape[1])))
    if min(plane.shape) < _LEAST_EDGE:
        return whole
    # constant strips across the slice: two or more rows or columns of one value between content
    padding = strips = np.logical_or.outer(_even_lines(plane), _even_lines(plane.T))
    for value in np.unique(plane[[0, 0, -1, -1], [0, -1, 0, -1]]):  # each side may have its own value
        padding = padding | _outside((plane != value) & ~strips)
    share = float(padding.mean())
    if share < _LEAST_SHARE or share > 1 - _LEAST_CONTENT:
        return whole
    content = _describe(padding, share)
    values = plane[content.box] if content.valid is None else plane[content.box][content.valid]
    return whole if values.size == 0 or values.min() == values.max() else content


def _describe(padding: Mask, share: float) -> Content:
    rows, columns = np.flatnonzero(~padding.all(1)), np.flatnonzero(~padding.all(0))
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    # interpolation mixes padding into pixels next to it, also across the edges of the box
    near = scipy.ndimage.binary_dilation(padding, iterations=2)[box]
    within = scipy.ndimage.binary_dilation(padding[box])
    return Content(box, within if padding[box].any() else None, ~near, share)


def _mirrored(padding: Mask) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Source index of each pixel: itself, or for padding its mirror image at the nearest border."""
    nearest = scipy.ndimage.distance_transform_edt(padding, return_distances=False, return_indices=True)
    here = np.indices(padding.shape)
    y, x = (
        (2 * at - own).clip(0, length - 1)
        for at, own, length in zip(nearest, here, padding.shape, strict=True)
    )
    back = padding[y, x]  # the content is too narrow to mirror: use its border
    return np.where(back, nearest[0], y), np.where(back, nearest[1], x)


def _even_lines(plane: npt.NDArray[np.generic]) -> Mask:
    """Rows that belong to constant strips inside the slice; `_outside` finds those at its edges."""
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
    """Pixels outside the convex hull of what is shown, if the sides of the hull are straight borders."""
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
        # on a nearly constant background only few pixels differ, so that a corner may have none by chance
        if beyond.sum() * _along(shown, start, end, _BIN).mean() > _MISSING:
            outside = outside | beyond
    return outside


def _hull(shown: Mask) -> Points | None:
    """Corners of the convex hull, (Y, X), with the inside to the left of each side; None for a line."""
    rows = np.flatnonzero(shown.any(1))
    first = shown[rows].argmax(1)
    last = shown.shape[1] - 1 - shown[rows, ::-1].argmax(1)
    points = np.stack([np.tile(rows, 2), np.concatenate([first, last])], axis=1).astype(np.float64)
    try:
        return np.asarray(points[scipy.spatial.ConvexHull(points).vertices])
    except (scipy.spatial.QhullError, ValueError):
        return None


def _area(corners: Points) -> float:
    """Area, in pixels, of a polygon through pixel centres."""
    ends = np.roll(corners, -1, axis=0)
    twice = corners[:, 0] @ ends[:, 1] - corners[:, 1] @ ends[:, 0]
    # each pixel extends half a pixel beyond its centre
    return abs(float(twice)) / 2 + float(np.abs(ends - corners).sum()) / 2 + 1


def _simplify(corners: Points, tolerance: float) -> Points:
    """Remove corners that are close to the line between their neighbours (Douglas and Peucker 1973)."""
    start = int(np.hypot(*(corners - corners.mean(axis=0)).T).argmax())
    corners = np.roll(corners, -start, axis=0)
    opposite = int(np.hypot(*(corners - corners[0]).T).argmax())
    halves = corners[: opposite + 1], np.concatenate([corners[opposite:], corners[:1]])
    return np.concatenate([skimage.measure.approximate_polygon(half, tolerance)[:-1] for half in halves])


def _on_frame(start: Points, end: Points, shape: tuple[int, ...]) -> bool:
    near = 1.5
    both = np.stack([start, end])
    return bool((both < near).all(0).any() or (both > np.array(shape) - 1 - near).all(0).any())


def _along(shown: Mask, start: Points, end: Points, tolerance: float) -> Mask:
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
