"""Depth of each voxel in its cell, from labels of a volume: the target of the membrane model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from napari_devolearn.simulate.membranes.glow import membrane_depth
from napari_devolearn.training.data.pairs import UNKNOWN, Pair

DEPTH_UNIT = 0.01
"""um per grey value of a depth."""

_GAP = 0.5
"""um. Labels often end next to the membrane; gaps of up to twice this between two cells are closed."""

_DEEPEST = 100.0  # um, for a cell without a border in the image

Ids = npt.NDArray[np.integer]


def depth_of_cells(masks: Sequence[Ids], pairs: Sequence[Pair]) -> list[npt.NDArray[np.uint16]]:
    """Measure the depth in cells, in 3D for neighbouring slices.

    `masks`: (Y, X), integer, slices of one volume: 0 = membrane and outside, `UNKNOWN`, else the cell's ID.
    `pairs`: their rows, by z.
    Returns a list of (Y, X), uint16: distance to the middle of the nearest membrane in steps of `DEPTH_UNIT`;
    0 outside cells, `UNKNOWN` if an unknown voxel is nearer than the membrane.
    """
    planes: list[npt.NDArray[np.uint16]] = []
    for run in _runs(pairs):
        labels = np.stack([masks[index] for index in run])
        size = pairs[run[0]].voxel_size
        planes += list(_depth(labels, size) if len(run) > 1 else _depth(labels[0], size[1:])[None])
    return planes


def _runs(pairs: Sequence[Pair]) -> Iterator[range]:
    """Indices of consecutive slices without a gap."""
    first = 0
    for index in range(1, len(pairs) + 1):
        if index == len(pairs) or pairs[index].z != pairs[index - 1].z + 1:
            yield range(first, index)
            first = index


def _depth(labels: Ids, size: tuple[float, ...]) -> npt.NDArray[np.uint16]:
    from scipy.ndimage import distance_transform_edt

    unknown, cells = labels == UNKNOWN, labels
    if unknown.any() and not unknown.all():  # its border is not the border of a cell
        nearest = distance_transform_edt(unknown, sampling=size, return_distances=False, return_indices=True)
        cells = labels[tuple(nearest)]
    depth = np.zeros(labels.shape, np.float32)
    if cells.any() and not unknown.all():
        depth = np.minimum(membrane_depth(_touching(cells, size), size), _DEEPEST)  # type: ignore[arg-type]
    if unknown.any():
        unknown |= distance_transform_edt(~unknown, sampling=size) < depth
    return np.where(unknown, UNKNOWN, np.rint(depth / DEPTH_UNIT)).astype(np.uint16)


def _touching(cells: Ids, size: tuple[float, ...]) -> Ids:
    """Cells extended into the gaps between them, but not outwards: a closing by `_GAP`."""
    from scipy.ndimage import distance_transform_edt

    distance, nearest = distance_transform_edt(cells == 0, sampling=size, return_indices=True)
    near = distance <= _GAP
    if not near.all():
        near = distance_transform_edt(near, sampling=size) > _GAP
    return np.where(near, cells[tuple(nearest)], cells)
