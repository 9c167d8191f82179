"""Score a nucleus model on windows of time that its training never saw, a volume and a fine slice.

``python -m napari_devolearn.training.evaluate`` prints the scores as JSON.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels
from napari_devolearn.inference.model import Model, load_model
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.pipeline import segment
from napari_devolearn.training.nucleus import HELD_OUT, SLICE_SIZE
from napari_devolearn.training.slices import in_windows

VOLUME_SIZE = (1.0, 0.276, 0.273)  # um, Z Y X, of nuclei_ctc_3d
FINE_SIZE = (0.09, 0.09)  # um, Y X, of nuclei_fullres


def main() -> None:
    """Parse the command line, score, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    data = os.environ.get("NAPARI_DEVOLEARN_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=Path(data), help="folder of the data sets")
    parser.add_argument("-m", "--model", default="nucleus", help="a model's name, or the path of its spec")
    parser.add_argument("--threshold", type=float, default=0.5)
    given = parser.parse_args()
    model, params = load_model(given.model), SegmentParams(threshold=given.threshold)
    scores = {
        "held-out windows": held_out_scores(given.data / "nuclei_ctc_slices", model, params),
        "whole volume": volume_scores(given.data / "nuclei_ctc_3d", model, params),
        "full-resolution slice": fine_slice_scores(given.data / "nuclei_fullres", model, params),
    }
    print(json.dumps(scores, indent=2))


def held_out_scores(data: Path, model: Model, params: SegmentParams) -> dict[str, float]:
    """Scores over all held-out slices, through the whole engine, on the files' own pixels.

    Parameters
    ----------
    data : Path
        The folder ``nuclei_ctc_slices``.
    model : Model
    params : SegmentParams

    Returns
    -------
    dict
        ``slices``; ``iou`` and ``dice`` of the foreground, pooled over slices; ``f1`` of the
        nuclei, where a pair counts from an intersection over union of 0.5.
    """
    from skimage.io import imread

    with (data / "index.csv").open(newline="") as lines:
        names = [row["file"] for row in csv.DictReader(lines) if in_windows(int(row["t"]), HELD_OUT)]
    overlap = union = found = predicted = true = 0
    for name in names:
        truth = imread(data / "labels" / name)
        labels = segment(imread(data / "images" / name), model, params, voxel_size=SLICE_SIZE)
        overlap += int(((labels > 0) & (truth > 0)).sum())
        union += int(((labels > 0) | (truth > 0)).sum())
        found += count_matches(labels, truth)
        predicted += int(labels.max())
        true += len(np.unique(truth)) - 1
    iou = overlap / union
    return {
        "slices": len(names),
        "iou": iou,
        "dice": 2 * iou / (1 + iou),
        "f1": 2 * found / (predicted + true),
    }


def volume_scores(data: Path, model: Model, params: SegmentParams) -> dict[str, float]:
    """Nuclei of the labelled volume t023: how many there are, found in all, and matched.

    Parameters
    ----------
    data : Path
        The folder ``nuclei_ctc_3d``.
    model : Model
    params : SegmentParams

    Returns
    -------
    dict
        ``labelled``, ``found`` and ``matched``; the silver truth itself misses nuclei.
    """
    from skimage.io import imread

    truth = imread(data / "01_ST" / "SEG" / "man_seg023.tif")
    labels = segment(data / "01" / "t023.tif", model, params, voxel_size=VOLUME_SIZE)
    return _counts(labels, truth)


def fine_slice_scores(data: Path, model: Model, params: SegmentParams) -> dict[str, float]:
    """Nuclei of the slice of 0.09 um pixels that was labelled by hand.

    Parameters
    ----------
    data : Path
        The folder ``nuclei_fullres``.
    model : Model
    params : SegmentParams

    Returns
    -------
    dict
        ``labelled``, ``found`` and ``matched``, and of those found ``out_of_focus``: they touch
        what the reference leaves open.
    """
    labels = segment(data / "nucleus_seg_sample.png", model, params, voxel_size=FINE_SIZE)
    with np.load(data / "nucleus_seg_sample_reference.npz", allow_pickle=False) as reference:
        open_cases = np.setdiff1d(labels[reference["ignore"]], 0)
        return {**_counts(labels, reference["labels"]), "out_of_focus": len(open_cases)}


def _counts(labels: Labels, truth: npt.NDArray[np.integer]) -> dict[str, float]:
    return {
        "labelled": len(np.setdiff1d(truth, 0)),
        "found": int(labels.max()),
        "matched": count_matches(labels, truth),
    }


def count_matches(labels: Labels, truth: npt.NDArray[np.integer]) -> int:
    """Pairs of a label and a true one whose intersection over union is above 0.5.

    Parameters
    ----------
    labels, truth : ndarray, same shape, integer

    Returns
    -------
    int
        Above 0.5 a pair is unique, so that nothing needs assigning.
    """
    columns = int(labels.max()) + 1
    rows = int(truth.max()) + 1
    joint = np.bincount(truth.ravel().astype(np.int64) * columns + labels.ravel(), minlength=rows * columns)
    table = joint.reshape(rows, columns)
    unions = table.sum(0)[None] + table.sum(1)[:, None] - table
    return int((table[1:, 1:] / np.maximum(unions[1:, 1:], 1) > 0.5).sum())


if __name__ == "__main__":
    main()
