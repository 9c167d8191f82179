"""Voxels that labels and ground truth share, counted once; all scores are computed from these counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Floats
from napari_devolearn.exceptions import ImageFormatError

Counts = npt.NDArray[np.int64]
Scores = dict[str, float | None]
"""Score names and values; None where a score is undefined, such as recall without true objects."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Overlap:
    """Overlap of labels and ground truth in one frame: a few numbers per object, whatever the image size.

    `ground_truth, predicted`: (N,) and (M,), integer: labels of both sides, ascending.
    `ground_truth_voxels, predicted_voxels`: (N,) and (M,), int64: their sizes.
    `pairs`: (K, 2), int64: indices into both of each pair that shares voxels.
    `shared`: (K,), int64: number of shared voxels of each pair.
    `slices`: (Z, 3), int64: foreground voxels of each slice in the ground truth, in the result, in both.
    """

    ground_truth: npt.NDArray[np.integer]
    predicted: npt.NDArray[np.integer]
    ground_truth_voxels: Counts
    predicted_voxels: Counts
    pairs: Counts
    shared: Counts
    slices: Counts

    @property
    def sizes(self) -> tuple[Counts, Counts]:
        """Voxels of the true and the predicted object of each pair, both (K,)."""
        return self.ground_truth_voxels[self.pairs[:, 0]], self.predicted_voxels[self.pairs[:, 1]]

    @property
    def iou(self) -> Floats:
        """Intersection over union (Jaccard index) of each pair, (K,)."""
        true, found = self.sizes
        return np.asarray(self.shared / (true + found - self.shared))

    @property
    def dice(self) -> Floats:
        """Dice coefficient of each pair, (K,)."""
        true, found = self.sizes
        return np.asarray(2 * self.shared / (true + found))


def overlap_of(labels: npt.NDArray[Any], truth: npt.NDArray[Any]) -> Overlap:
    """Count the voxels that labels and ground truth share.

    `labels, truth`: (Y, X) or (Z, Y, X) of the same shape, integer or bool; 0 is background. The label
    numbers need not agree.
    Raises ImageFormatError if shapes differ, or values are not integers from 0.
    """
    if labels.shape != truth.shape or labels.ndim not in (2, 3):
        raise ImageFormatError(
            f"labels of shape {labels.shape} and ground truth of shape {truth.shape}: need the same (Y, X) "
            "or (Z, Y, X); give labels on the same voxel grid"
        )
    for name, one in (("labels", labels), ("truth", truth)):
        if one.dtype.kind not in "bui":
            raise ImageFormatError(
                f"{name}: values are {one.dtype}, not integers; save labels as 16-bit integers"
            )
        if one.dtype.kind == "i" and one.size and one.min() < 0:
            raise ImageFormatError(
                f"{name}: negative value {one.min()}; use 0 for background and numbers from 1 for objects"
            )
    planes = [one.reshape(-1, *one.shape[-2:]) != 0 for one in (truth, labels)]
    both = planes[0] & planes[1]
    true, true_voxels = np.unique(truth[truth != 0], return_counts=True)
    found, found_voxels = np.unique(labels[labels != 0], return_counts=True)
    of_true = np.searchsorted(true, truth[both.reshape(truth.shape)])
    of_found = np.searchsorted(found, labels[both.reshape(labels.shape)])
    codes, shared = np.unique(of_true * len(found) + of_found, return_counts=True)
    return Overlap(
        ground_truth=true,
        predicted=found,
        ground_truth_voxels=true_voxels,
        predicted_voxels=found_voxels,
        pairs=np.stack(np.divmod(codes, max(len(found), 1)), axis=1),
        shared=shared,
        slices=np.stack([np.count_nonzero(one, axis=(1, 2)) for one in (*planes, both)], axis=1),
    )


def foreground_scores(overlaps: Iterable[Overlap]) -> Scores:
    """IoU and Dice of the foreground of all frames (one `Overlap` each).

    ``iou`` and ``dice`` pool the voxels of all frames and slices; ``slice_iou`` and ``slice_dice`` are means
    over the slices where either side has foreground.
    """
    slices = np.concatenate([np.zeros((0, 3), np.int64), *(one.slices for one in overlaps)])
    iou, dice = slice_scores(slices.sum(axis=0, keepdims=True))
    slice_iou, slice_dice = (scores[~np.isnan(scores)] for scores in slice_scores(slices))
    return {
        "iou": known(iou[0]),
        "dice": known(dice[0]),
        "slice_iou": ratio(slice_iou.sum(), slice_iou.size),
        "slice_dice": ratio(slice_dice.sum(), slice_dice.size),
    }


def slice_scores(slices: Counts) -> tuple[Floats, Floats]:
    """IoU and Dice of the foreground of each slice, both (Z,) float64; NaN where neither side has foreground.

    `slices`: (Z, 3), int64, as `Overlap.slices`.
    """
    both, total = slices[:, 2], slices[:, 0] + slices[:, 1]
    with np.errstate(invalid="ignore"):
        return both / (total - both), 2 * both / total


def ratio(part: float, whole: float) -> float | None:
    """Quotient of two numbers; None if the second is 0."""
    return float(part / whole) if whole else None


def known(score: float) -> float | None:
    """The score as a float, or None for NaN."""
    return None if np.isnan(score) else float(score)
