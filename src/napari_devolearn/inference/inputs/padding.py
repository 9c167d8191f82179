"""Find the padding of a slice: constant borders from cropping, rotation or registration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from napari_devolearn._types import Array, Mask
from napari_devolearn.inference.inputs.borders import LEAST_SHARE, even_lines, outside

GROUND = 20.0
"""Percentile of an image that stands for its dark background."""

_LEAST_EDGE = 32  # pixels: in smaller slices equal pixels occur by chance
_LEAST_CONTENT = 0.03  # of a slice: less is one object on a black background, not a padded image


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

    def counted(self, shape: tuple[int, ...]) -> Mask:
        """Mask of the pixels for percentiles, in the (Y, X) of the whole slice."""
        valid = np.zeros(shape, bool)
        valid[self.box] = True if self.valid is None else self.valid
        return valid

    def cut(self, planes: Array, *, mirror: bool = False) -> Array:
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


def find_content(plane: Array) -> Content | None:
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
    padding = strips = np.logical_or.outer(even_lines(plane), even_lines(plane.T))
    for value in np.unique(plane[[0, 0, -1, -1], [0, -1, 0, -1]]):  # each side may have its own value
        padding = padding | outside((plane != value) & ~strips)
    share = float(padding.mean())
    if share < LEAST_SHARE or share > 1 - _LEAST_CONTENT:
        return whole
    content = _describe(padding, share)
    values = plane[content.box] if content.valid is None else plane[content.box][content.valid]
    return whole if values.size == 0 or values.min() == values.max() else content


def _describe(padding: Mask, share: float) -> Content:
    (box,) = scipy.ndimage.find_objects((~padding).view(np.uint8))
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
