"""Mistakes of each object in one frame: kind, IoU and position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from napari_devolearn._types import Mask
from napari_devolearn.evaluation.compare import FramePair
from napari_devolearn.evaluation.frames import LabelFrames
from napari_devolearn.evaluation.mistakes import Kind, kinds_of_mistakes, mistaken_labels
from napari_devolearn.evaluation.overlap import Overlap, overlap_of

if TYPE_CHECKING:
    import pandas as pd

Place = tuple[int, int, int]
"""(z, y, x) of a voxel of an object."""


class Crop(NamedTuple):
    """Mask of one object, (Z, Y, X) bool, within its bounding box along Z, Y and X of the frame."""

    label: int
    box: tuple[slice, slice, slice]
    mask: Mask

    @property
    def place(self) -> Place:
        """The voxel of the object nearest to its centre."""
        voxels = np.argwhere(self.mask)
        nearest = voxels[np.square(voxels - voxels.mean(axis=0)).sum(axis=1).argmin()]
        z, y, x = (int(at + side.start) for at, side in zip(nearest, self.box, strict=True))
        return z, y, x


@dataclass(frozen=True, kw_only=True, eq=False)
class InspectedFrame:
    """A frame of the result compared with the ground truth, object by object.

    `objects`: one row per object of the ground truth and per false positive: ``frame`` (of the ground
    truth), ``kind`` ("" if correct), ``iou`` with the best label, ``ground_truth`` and ``predicted`` labels
    (0 for none), and the position ``z``, ``y``, ``x``.
    `crops`: the objects of each kind of mistake, by the names in `mistaken_labels`.
    `predicted_places`: position of each label of the result.
    """

    pair: FramePair
    overlap: Overlap
    objects: pd.DataFrame
    crops: Mapping[Kind, Sequence[Crop]]
    predicted_places: dict[int, Place]


def inspect_frame(result: LabelFrames, truth: LabelFrames, pair: FramePair) -> InspectedFrame:
    """Read one frame of both sides and find the mistakes."""
    found, true = np.asarray(result.read(pair.result)), np.asarray(truth.read(pair.truth))
    planes = slice(None) if pair.planes is None else list(pair.planes)
    overlap = overlap_of(found[planes], true[planes])
    of_true = crops_of(true, overlap.ground_truth)
    of_found = crops_of(found, overlap.predicted)
    crops = {
        kind: [(of_true if kind == "false_negative" else of_found)[label] for label in labels.tolist()]
        for kind, labels in mistaken_labels(overlap).items()
    }
    places = {label: crop.place for label, crop in of_found.items()}
    objects = _object_table(pair.truth, overlap, {k: crop.place for k, crop in of_true.items()}, places)
    return InspectedFrame(pair=pair, overlap=overlap, objects=objects, crops=crops, predicted_places=places)


def crops_of(frame: npt.NDArray[Any], labels: npt.NDArray[np.integer]) -> dict[int, Crop]:
    """Crop objects from a frame.

    `frame`: (Z, Y, X), integer.
    `labels`: (N,), integer, ascending; all of them occur in the frame.
    """
    if not len(labels):
        return {}
    # renumbered, because find_objects returns one box for every number up to the largest
    index = np.searchsorted(labels, frame).clip(max=len(labels) - 1)
    numbered = np.where(labels[index] == frame, index + 1, 0).astype(np.int32)
    boxes = scipy.ndimage.find_objects(numbered, len(labels))
    return {
        label: Crop(label, box, numbered[box] == number)
        for number, (label, box) in enumerate(zip(labels.tolist(), boxes, strict=True), start=1)
    }


def _object_table(
    frame: int, overlap: Overlap, true_places: dict[int, Place], predicted_places: dict[int, Place]
) -> pd.DataFrame:
    import pandas as pd

    best, partner = np.zeros(len(overlap.ground_truth)), np.zeros(len(overlap.ground_truth), np.int64)
    order = np.argsort(
        overlap.iou, kind="stable"
    )  # the best of each object comes last and overwrites the others
    rows = overlap.pairs[order, 0]
    best[rows], partner[rows] = overlap.iou[order], overlap.predicted[overlap.pairs[order, 1]]
    false_positives = mistaken_labels(overlap)["false_positive"]
    zeros = np.zeros(len(false_positives))
    places = [true_places[label] for label in overlap.ground_truth.tolist()]
    places += [predicted_places[label] for label in false_positives.tolist()]
    z, y, x = np.array(places, np.int64).reshape(-1, 3).T
    return pd.DataFrame(
        {
            "frame": np.full(len(places), frame),
            "kind": [*kinds_of_mistakes(overlap).tolist(), *["false_positive"] * len(false_positives)],
            "iou": np.concatenate([best, zeros]),
            "ground_truth": np.concatenate([overlap.ground_truth, zeros]).astype(np.int64),
            "predicted": np.concatenate([partner, false_positives]).astype(np.int64),
            "z": z,
            "y": y,
            "x": x,
        }
    )
