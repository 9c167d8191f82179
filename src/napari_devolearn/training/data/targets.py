"""What each output of a network should be, from a mask of instances."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.postprocess.cells import DEPTH_SCALE
from napari_devolearn.training.data.pairs import UNKNOWN

FULL_DISTANCE = 2.0
"""Distance in um at which ``distance`` reaches 1: about the radius of a nucleus of 100 cells and more."""

DEPTH_OUTPUTS = frozenset(("interior", "distance"))
"""Of a membrane model, which are drawn from the depth in a cell rather than from one slice."""

MEMBRANE = 0.25
"""um from the middle of a membrane to where the interior of a cell begins."""

_SOFT = 0.25  # um over which the target of the interior rises

Ids = npt.NDArray[np.integer]
Target = npt.NDArray[np.float32]

_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def make_targets(instances: Ids, outputs: tuple[str, ...], pixel_size: float) -> Target:
    """Draw the wanted picture of each output.

    Parameters
    ----------
    instances : ndarray, (Y, X), integer up to 65535
        0 = background, `UNKNOWN` = nobody has said, else the instance's id.
    outputs : tuple of str
        Names as in ``ModelSpec.outputs``: ``foreground``; ``interior``, the foreground without the
        pixels where two instances touch; ``distance``, that to the border of the own instance, 1 from
        `FULL_DISTANCE` on; ``center``, the same divided by the instance's own maximum; ``boundary``,
        the pixels at the border of the own instance.
    pixel_size : float
        Edge of a pixel, in um.

    Returns
    -------
    ndarray, (K, Y, X), float32
        Each in 0..1, and NaN where the mask is unknown.

    Raises
    ------
    DatasetError
        If an output is none of these.
    """
    if unknown := [name for name in outputs if name not in TARGETS]:
        raise DatasetError(
            f"outputs {', '.join(unknown)}: cannot be made from masks; choose among {', '.join(TARGETS)}"
        )
    unknown = instances == UNKNOWN
    ids = np.ascontiguousarray(np.where(unknown, 0, instances), np.uint16)
    targets = np.stack([TARGETS[name](ids, pixel_size) for name in outputs]).astype(np.float32)
    targets[:, unknown] = np.nan
    return targets


def depth_targets(depth: Target, outputs: tuple[str, ...]) -> Target:
    """Draw what the membrane model should give: inside a cell or not, and how far from its membrane.

    Parameters
    ----------
    depth : ndarray, (Y, X), float32
        Distance to the middle of the nearest membrane in um; 0 outside cells, NaN where it is unknown.
    outputs : tuple of str
        Of `DEPTH_OUTPUTS`.

    Returns
    -------
    ndarray, (K, Y, X), float32
        ``interior`` rises from 0 to 1 around `MEMBRANE`; ``distance`` is 1 - exp(-depth / `DEPTH_SCALE`).
    """
    drawn = {
        "interior": np.clip((depth - MEMBRANE) / _SOFT + 0.5, 0, 1),
        "distance": 1 - np.exp(-depth / DEPTH_SCALE),
    }
    return np.stack([drawn[name] for name in outputs]).astype(np.float32)


def _foreground(ids: Ids, pixel_size: float) -> Target:  # noqa: ARG001
    return (ids > 0).astype(np.float32)


def _interior(ids: Ids, pixel_size: float) -> Target:
    # background counts as the highest id, so that only a lower neighbour that is an instance differs
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
    """Distance to the nearest pixel of something else; that of a pixel at the border is 1."""
    # the border pixels of the own instance lie nearer than any of another, so that one pass is enough
    inside = cv2.distanceTransform(_inside(ids).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # without any border in sight every distance is endless
    inside = np.minimum(inside, max(ids.shape))
    return np.where(ids > 0, inside + 1, 0).astype(np.float32)


def _inside(ids: Ids) -> npt.NDArray[np.bool_]:
    """Pixels of an instance all of whose four neighbours are of it; what lies outside the image is."""
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
"""How each output that masks show is drawn."""
