"""Targets of each output of a network, from a mask of instances."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.postprocess.cells import DEPTH_SCALE
from napari_devolearn.training.data.pairs import UNKNOWN

FULL_DISTANCE = 2.0
"""Distance in um at which ``distance`` reaches 1: about the radius of a nucleus in embryos of 100 cells."""

DEPTH_OUTPUTS = frozenset(("interior", "distance"))
"""Outputs of a membrane model, which are computed from the depth in a cell, not from one slice."""

MEMBRANE = 0.25
"""um between the middle of a membrane and the interior of a cell."""

_SOFT = 0.25  # um, width of the edge of the interior's target

Ids = npt.NDArray[np.integer]
Target = npt.NDArray[np.float32]

_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def make_targets(instances: Ids, outputs: tuple[str, ...], pixel_size: float) -> Target:
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


def depth_targets(depth: Target, outputs: tuple[str, ...]) -> Target:
    """Targets of the membrane model, (K, Y, X) float32, from the depth in cells.

    `depth`: (Y, X), float32: distance to the middle of the nearest membrane in um; 0 outside cells, NaN if
    unknown.
    `outputs`: of `DEPTH_OUTPUTS`. ``interior`` rises from 0 to 1 around `MEMBRANE`; ``distance`` is 1 -
    exp(-depth / `DEPTH_SCALE`).
    """
    targets = {
        "interior": np.clip((depth - MEMBRANE) / _SOFT + 0.5, 0, 1),
        "distance": 1 - np.exp(-depth / DEPTH_SCALE),
    }
    return np.stack([targets[name] for name in outputs]).astype(np.float32)


def _foreground(ids: Ids, pixel_size: float) -> Target:  # noqa: ARG001
    return (ids > 0).astype(np.float32)


def _interior(ids: Ids, pixel_size: float) -> Target:
    # background gets the highest ID, so that only neighbours of another instance are lower
    lowest = cv2.erode(np.where(ids == 0, np.uint16(65535), ids), _CROSS)
    alike = (lowest == ids) & (cv2.dilate(ids, _CROSS) == ids)
    interior: Target = _foreground(ids, pixel_size) * alike
    return interior


def _boundary(ids: Ids, pixel_size: float) -> Target:  # noqa: ARG001
    return ((ids > 0) & ~_inside(ids)).astype(np.float32)


def _distance(ids: Ids, pixel_size: float) -> Target:
    distance: Target = np.minimum(_pixels_to_border(ids) * np.float32(pixel_size / FULL_DISTANCE), 1)
    return distance


def _center(ids: Ids, pixel_size: float) -> Target:  # noqa: ARG001
    distance = _pixels_to_border(ids)
    deepest = np.zeros(int(ids.max()) + 1, np.float32)
    np.maximum.at(deepest, ids.ravel(), distance.ravel())
    share: Target = (distance / np.maximum(deepest, 1)[ids]).astype(np.float32)
    return share


def _pixels_to_border(ids: Ids) -> Target:
    """Distance to the nearest pixel of another instance or background; 1 for a pixel at the border."""
    # border pixels of the same instance are nearest, so one pass is sufficient
    inside = cv2.distanceTransform(_inside(ids).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # without a border, distances would be infinite
    inside = np.minimum(inside, max(ids.shape))
    return np.where(ids > 0, inside + 1, 0).astype(np.float32)


def _inside(ids: Ids) -> npt.NDArray[np.bool_]:
    """Pixels of an instance whose four neighbours belong to it; outside the image counts as the instance."""
    inside: npt.NDArray[np.bool_] = (
        (ids > 0) & (cv2.erode(ids, _CROSS) == ids) & (cv2.dilate(ids, _CROSS) == ids)
    )
    return inside


TARGETS: dict[str, Callable[[Ids, float], Target]] = {
    "foreground": _foreground,
    "interior": _interior,
    "distance": _distance,
    "center": _center,
    "boundary": _boundary,
}
"""Functions for the targets of each output."""
