"""Draw missing objects in gaps, and split labels that cover several objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from napari_devolearn._types import Floats, Labels, Mask, VoxelSize


class Missing(NamedTuple):
    """A missing object.

    `center`: (Z, Y, X) in um.
    `half`: half axes (Z, Y, X) in um.
    """

    track: int
    center: Floats
    half: Floats


def draw_missing(labels: Labels, missing: Sequence[Missing], voxel_size: VoxelSize) -> None:
    """Draw objects as ellipsoids on the background; existing labels stay.

    `labels`: (Z, Y, X) or (Y, X), uint32, changed in place.
    `voxel_size`: (Z, Y, X) in um.
    """
    for one in missing:
        window, level = _ellipsoid(one, labels.shape, voxel_size)
        view = labels[window]
        inside = (level <= 1) & (view == 0)
        if not inside.any():  # at least one voxel, because a track needs a label in each frame
            inside = level == level.min()
        view[inside] = one.track


def split_label(labels: Labels, mask: Mask, objects: Sequence[Missing], voxel_size: VoxelSize) -> None:
    """Assign each voxel of a label to the nearest of its objects.

    `labels`: (Z, Y, X) or (Y, X), uint32, changed in place; `mask` are the voxels of the label.
    `objects`: at their expected positions, which are shifted so that their mean is the label's centre.
    `voxel_size`: (Z, Y, X) in um.
    """
    size = np.asarray(voxel_size)[3 - labels.ndim :]
    at = np.argwhere(mask)
    position = (at + 0.5) * size
    expected = np.stack([one.center[3 - labels.ndim :] for one in objects])
    expected = expected + position.mean(axis=0) - expected.mean(axis=0)
    nearest = np.linalg.norm(position[:, None] - expected, axis=2).argmin(axis=1)
    labels[mask] = np.array([one.track for one in objects], np.uint32)[nearest]
    hidden = [one for i, one in enumerate(objects) if not (nearest == i).any()]
    draw_missing(labels, hidden, voxel_size)


def _ellipsoid(
    one: Missing, shape: tuple[int, ...], voxel_size: VoxelSize
) -> tuple[tuple[slice, ...], Floats]:
    """A box of at least one voxel, and the level of each of its voxels: 1 on the surface of the ellipsoid."""
    window, level = [], np.zeros((1,) * len(shape))
    first = 3 - len(shape)
    for axis, (n, edge, c, r) in enumerate(
        zip(shape, voxel_size[first:], one.center[first:], one.half[first:], strict=True)
    ):
        at = min(max(int(c / edge), 0), n - 1)
        low, high = max(min(int((c - r) / edge), at), 0), min(max(int((c + r) / edge) + 1, at + 1), n)
        window.append(slice(low, high))
        away = (((np.arange(low, high) + 0.5) * edge - c) / max(r, edge / 2)) ** 2
        level = level + away.reshape([-1 if i == axis else 1 for i in range(len(shape))])
    return tuple(window), level
