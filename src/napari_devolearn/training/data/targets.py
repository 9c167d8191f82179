"""Targets of each output of a network, from masks of instances; of membrane models, from depths in cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt

from napari_devolearn._types import Floats32, Mask
from napari_devolearn.exceptions import DatasetError
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.postprocess.cells import DEPTH_SCALE
from napari_devolearn.simulate.membranes.glow import membrane_depth
from napari_devolearn.training.data.pairs import UNKNOWN, Pair

FULL_DISTANCE = 2.0
"""Distance in um at which ``distance`` reaches 1: about the radius of a nucleus in embryos of 100 cells."""

DEPTH_OUTPUTS = frozenset(("interior", "distance"))
"""Outputs of a membrane model."""

_MEMBRANE = 0.25  # um between the middle of a membrane and the interior of a cell
_SOFT = 0.25  # um, width of the edge of the interior's target

DEPTH_UNIT = 0.01
"""um per grey value of a depth."""

_GAP = 0.5
"""um. Labels often end next to the membrane; gaps of up to twice this between two cells are closed."""

_DEEPEST = 100.0  # um, for a cell without a border in the image

Ids = npt.NDArray[np.integer]
Target = npt.NDArray[Any]

_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def make_targets(instances: Ids, outputs: tuple[str, ...], pixel_size: float) -> Floats32:
    """Targets of each output, (K, Y, X) float32 in 0..1; NaN where the mask is unknown.

    `instances`: (Y, X), integer up to 65535: 0 = background, `UNKNOWN`, else the instance's ID.
    `outputs`: as in ``ModelSpec.outputs``: ``foreground``; ``interior``, foreground without the pixels at
    which two instances touch; ``distance`` to the border of the instance, 1 from `FULL_DISTANCE` on;
    ``center``, the distance divided by its maximum in the instance; ``boundary``, pixels at the border of the
    instance.
    `pixel_size`: in um.
    Raises DatasetError if an output is none of these.
    """
    if unknown := [name for name in outputs if name not in TARGETS]:
        raise DatasetError(
            f"outputs {', '.join(unknown)}: cannot be made from masks; choose from {', '.join(TARGETS)}"
        )
    unknown = instances == UNKNOWN
    ids = np.ascontiguousarray(np.where(unknown, 0, instances), np.uint16)
    targets = np.stack([TARGETS[name](ids, pixel_size) for name in outputs]).astype(np.float32)
    targets[:, unknown] = np.nan
    return targets


def needs_depth(spec: ModelSpec) -> bool:
    """Whether the targets of a model are computed from the depth in a cell, not from one slice."""
    return spec.task == "membrane" and DEPTH_OUTPUTS.issuperset(spec.outputs)


def depth_of_cells(masks: Sequence[Ids], pairs: Sequence[Pair]) -> list[npt.NDArray[np.uint16]]:
    """Measure the depth in cells, in 3D for neighbouring slices.

    `masks`: (Y, X), integer, slices of one volume: 0 = membrane and outside, `UNKNOWN`, else the cell's ID.
    `pairs`: their rows, by z.
    Returns a list of (Y, X), uint16: distance to the middle of the nearest membrane in steps of `DEPTH_UNIT`;
    0 outside cells, `UNKNOWN` if an unknown voxel is nearer than the membrane.
    """
    gaps = np.flatnonzero(np.diff([pair.z for pair in pairs]) != 1) + 1
    planes: list[npt.NDArray[np.uint16]] = []
    for run in np.split(np.arange(len(pairs)), gaps):
        labels, size = np.stack([masks[index] for index in run]), pairs[run[0]].voxel_size
        planes += list(_depth(labels, size) if len(run) > 1 else _depth(labels[0], size[1:])[None])
    return planes


def _depth(labels: Ids, size: tuple[float, ...]) -> npt.NDArray[np.uint16]:
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
    distance, nearest = distance_transform_edt(cells == 0, sampling=size, return_indices=True)
    near = distance <= _GAP
    if not near.all():
        near = distance_transform_edt(near, sampling=size) > _GAP
    return np.where(near, cells[tuple(nearest)], cells)


def depth_targets(depth: Target, outputs: tuple[str, ...]) -> Target:
    """Targets of the membrane model, (K, Y, X) float32, from the depth in cells.

    `depth`: (Y, X), float32: distance to the middle of the nearest membrane in um; 0 outside cells, NaN if
    unknown.
    `outputs`: of `DEPTH_OUTPUTS`. ``interior`` rises from 0 to 1 around `_MEMBRANE`; ``distance`` is 1 -
    exp(-depth / `DEPTH_SCALE`).
    """
    targets = {
        "interior": np.clip((depth - _MEMBRANE) / _SOFT + 0.5, 0, 1),
        "distance": 1 - np.exp(-depth / DEPTH_SCALE),
    }
    return np.stack([targets[name] for name in outputs]).astype(np.float32)


def _interior(ids: Ids, _: float) -> Target:
    # background gets the highest ID, so that only neighbours of another instance are lower
    lowest = cv2.erode(np.where(ids == 0, np.uint16(65535), ids), _CROSS)
    return np.asarray((ids > 0) & (lowest == ids) & (cv2.dilate(ids, _CROSS) == ids))


def _distance(ids: Ids, pixel_size: float) -> Target:
    return np.asarray(np.minimum(_pixels_to_border(ids) * np.float32(pixel_size / FULL_DISTANCE), 1))


def _center(ids: Ids, _: float) -> Target:
    distance = _pixels_to_border(ids)
    deepest = np.zeros(int(ids.max()) + 1, np.float32)
    np.maximum.at(deepest, ids.ravel(), distance.ravel())
    return distance / np.maximum(deepest, 1)[ids]


def _pixels_to_border(ids: Ids) -> Floats32:
    """Distance to the nearest pixel of another instance or background; 1 for a pixel at the border."""
    # border pixels of the same instance are nearest, so one pass is sufficient
    inside = cv2.distanceTransform(_inside(ids).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # without a border, distances would be infinite
    inside = np.minimum(inside, max(ids.shape))
    return np.where(ids > 0, inside + 1, 0).astype(np.float32)


def _inside(ids: Ids) -> Mask:
    """Pixels of an instance whose four neighbours belong to it; outside the image counts as the instance."""
    return np.asarray((ids > 0) & (cv2.erode(ids, _CROSS) == ids) & (cv2.dilate(ids, _CROSS) == ids))


TARGETS: dict[str, Callable[[Ids, float], Target]] = {
    "foreground": lambda ids, _: ids > 0,
    "interior": _interior,
    "distance": _distance,
    "center": _center,
    "boundary": lambda ids, _: (ids > 0) & ~_inside(ids),
}
"""Functions for the targets of each output, from IDs and the pixel size in um."""
