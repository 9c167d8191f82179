"""One frame looked at object by object: what is wrong with each, how much, and where it lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.compare import FramePair
from napari_devolearn.evaluation.frames import LabelFrames
from napari_devolearn.evaluation.mistakes import Kind, kind_of_true, mistaken_labels
from napari_devolearn.evaluation.overlap import Overlap, overlap_of

if TYPE_CHECKING:
    import pandas as pd

Place = tuple[int, int, int]
"""(z, y, x): a voxel of an object."""


class Crop(NamedTuple):
    """One object, cut out.

    Parameters
    ----------
    label : int
    box : tuple of slice
        Along Z, Y and X of its frame.
    mask : ndarray, (Z, Y, X) of the box, bool
    """

    label: int
    box: tuple[slice, slice, slice]
    mask: npt.NDArray[np.bool_]

    @property
    def place(self) -> Place:
        """The voxel of the object that is nearest to its centre."""
        voxels = np.argwhere(self.mask)
        nearest = voxels[np.square(voxels - voxels.mean(axis=0)).sum(axis=1).argmin()]
        z, y, x = (int(at + side.start) for at, side in zip(nearest, self.box, strict=True))
        return z, y, x


@dataclass(frozen=True, kw_only=True, eq=False)
class InspectedFrame:
    """What a frame of the result has in common with that of the truth.

    Parameters
    ----------
    pair : FramePair
    overlap : Overlap
    objects : DataFrame
        One row per object of the ground truth and per false positive: ``frame`` (of the ground truth),
        ``kind`` ("" where nothing is wrong), ``iou`` with the best label, ``ground_truth`` and
        ``predicted`` (0 for none), and where it lies: ``z``, ``y``, ``x``.
    crops : mapping of str to sequence of Crop
        The objects of each kind of mistake, as `mistaken_labels` names them.
    found_places : dict of int to (z, y, x)
        Of each label of the result.
    """

    pair: FramePair
    overlap: Overlap
    objects: pd.DataFrame
    crops: Mapping[Kind, Sequence[Crop]]
    found_places: dict[int, Place]


def inspect_frame(result: LabelFrames, truth: LabelFrames, pair: FramePair) -> InspectedFrame:
    """Read one frame of both and look at each object.

    Parameters
    ----------
    result, truth : LabelFrames
    pair : FramePair

    Returns
    -------
    InspectedFrame
    """
    found, true = np.asarray(result.read(pair.result)), np.asarray(truth.read(pair.truth))
    planes = slice(None) if pair.planes is None else list(pair.planes)
    overlap = overlap_of(found[planes], true[planes])
    of_true = crops_of(true, overlap.true)
    of_found = crops_of(found, overlap.found)
    crops = {
        kind: [(of_true if kind == "false_negative" else of_found)[label] for label in labels.tolist()]
        for kind, labels in mistaken_labels(overlap).items()
    }
    places = {label: crop.place for label, crop in of_found.items()}
    objects = _object_table(pair.truth, overlap, {k: crop.place for k, crop in of_true.items()}, places)
    return InspectedFrame(pair=pair, overlap=overlap, objects=objects, crops=crops, found_places=places)


def crops_of(frame: npt.NDArray[Any], labels: npt.NDArray[np.integer]) -> dict[int, Crop]:
    """Cut objects out of a frame.

    Parameters
    ----------
    frame : ndarray, (Z, Y, X), integer
    labels : ndarray, (N,), integer
        Rising; each is in the frame.

    Returns
    -------
    dict of int to Crop
    """
    from scipy.ndimage import find_objects

    if not len(labels):
        return {}
    # counted anew, so that the boxes are as many as the objects, whatever their numbers
    index = np.searchsorted(labels, frame).clip(max=len(labels) - 1)
    numbered = np.where(labels[index] == frame, index + 1, 0).astype(np.int32)
    boxes = find_objects(numbered, len(labels))
    return {
        label: Crop(label, box, numbered[box] == number)
        for number, (label, box) in enumerate(zip(labels.tolist(), boxes, strict=True), start=1)
    }


def _object_table(
    frame: int, overlap: Overlap, true_places: dict[int, Place], found_places: dict[int, Place]
) -> pd.DataFrame:
    import pandas as pd

    best, partner = np.zeros(len(overlap.true)), np.zeros(len(overlap.true), np.int64)
    order = np.argsort(overlap.iou, kind="stable")  # the best of each comes last and stays
    rows = overlap.pairs[order, 0]
    best[rows], partner[rows] = overlap.iou[order], overlap.found[overlap.pairs[order, 1]]
    invented = mistaken_labels(overlap)["false_positive"]
    nothing = np.zeros(len(invented))
    places = [true_places[label] for label in overlap.true.tolist()]
    places += [found_places[label] for label in invented.tolist()]
    z, y, x = np.array(places, np.int64).reshape(-1, 3).T
    return pd.DataFrame(
        {
            "frame": np.full(len(places), frame),
            "kind": [*kind_of_true(overlap).tolist(), *["false_positive"] * len(invented)],
            "iou": np.concatenate([best, nothing]),
            "ground_truth": np.concatenate([overlap.true, nothing]).astype(np.int64),
            "predicted": np.concatenate([partner, invented]).astype(np.int64),
            "z": z,
            "y": y,
            "x": x,
        }
    )
