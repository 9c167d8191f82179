"""Score a nucleus model on held-out time windows, and on a range of voxel sizes.

``python -m research.scores.nucleus`` prints the scores as JSON. Use ``napari-devolearn evaluate`` for label
files.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels, VoxelSize
from napari_devolearn.evaluation.overlap import Overlap, Scores, overlap_of
from napari_devolearn.evaluation.report import all_scores
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.segment import segment
from napari_devolearn.simulate.embryo import simulate_embryo
from napari_devolearn.simulate.params import SimulateParams
from research.recipes.nucleus import HELD_OUT, SLICE_SIZE, in_windows
from research.scores.scoring import add_backend, print_scores, scoring_parser

VOLUME_SIZE = (1.0, 0.276, 0.273)  # um, Z Y X, of nuclei_ctc_3d
SIZES: tuple[VoxelSize, ...] = (
    (0.5, 0.18, 0.18),
    (1.0, 0.09, 0.09),
    (1.0, 0.18, 0.18),
    (1.0, 0.4, 0.4),
    (2.0, 0.18, 0.18),
)
"""um, Z Y X: the range of the model's intended use."""
FIELD = (34.0, 42.0, 60.0)  # um, larger than the eggshell
FINE_SIZE = (0.09, 0.09)  # um, Y X, of nuclei_fullres


def main() -> None:
    """Parse the command line, score, and print JSON."""
    parser = scoring_parser(__doc__, "nucleus")
    add_backend(parser)
    parser.add_argument("--threshold", type=float, default=0.5)
    given = parser.parse_args()
    model, params = load_model(given.model, backend=given.backend), SegmentParams(threshold=given.threshold)
    scores = {
        "held-out windows": held_out_scores(given.data / "nuclei_ctc_slices", model, params),
        "whole volume": volume_scores(given.data / "nuclei_ctc_3d", model, params),
        "full-resolution slice": fine_slice_scores(given.data / "nuclei_fullres", model, params),
        "simulated voxel sizes": {str(size): simulated_scores(size, model, params) for size in SIZES},
    }
    print_scores(scores, given.json)


def held_out_scores(data: Path, model: Model, params: SegmentParams) -> Scores:
    """Scores of all held-out slices, with the complete inference, at the pixel size of the files.

    `data`: the folder ``nuclei_ctc_slices``.
    Returns ``slices``; ``iou`` and ``dice`` of the foreground, pooled over slices; of the nuclei in each
    slice ``f1`` (IoU above 0.5), ``mean_dice`` and ``seg``.
    """
    from skimage.io import imread

    with (data / "index.csv").open(newline="") as lines:
        names = [row["file"] for row in csv.DictReader(lines) if in_windows(int(row["t"]), HELD_OUT)]
    overlaps = []
    for name in names:
        labels = segment(imread(data / "images" / name), model, params, voxel_size=SLICE_SIZE)
        overlaps.append(overlap_of(labels, imread(data / "labels" / name)))
    return {"slices": len(names), **_chosen(overlaps, "iou", "dice", "f1", "mean_dice", "seg")}


def volume_scores(data: Path, model: Model, params: SegmentParams) -> Scores:
    """Nuclei of the labelled volume t023; its silver truth does not contain all nuclei.

    `data`: the folder ``nuclei_ctc_3d``.
    Returns ``labelled``, ``predicted`` and ``matched`` nuclei, ``mean_dice`` and ``seg``.
    """
    from skimage.io import imread

    truth = imread(data / "01_ST" / "SEG" / "man_seg023.tif")
    labels = segment(data / "01" / "t023.tif", model, params, voxel_size=VOLUME_SIZE)
    return _counts(labels, truth)


def fine_slice_scores(data: Path, model: Model, params: SegmentParams) -> Scores:
    """Nuclei of the manually labelled slice with pixels of 0.09 um.

    `data`: the folder ``nuclei_fullres``.
    Returns ``labelled``, ``predicted`` and ``matched`` nuclei, ``mean_dice`` and ``seg``, and
    ``out_of_focus``: predicted nuclei that touch regions that the reference ignores.
    """
    labels = segment(data / "nucleus_seg_sample.png", model, params, voxel_size=FINE_SIZE)
    with np.load(data / "nucleus_seg_sample_reference.npz", allow_pickle=False) as reference:
        open_cases = np.setdiff1d(labels[reference["ignore"]], 0)
        return {**_counts(labels, reference["labels"]), "out_of_focus": len(open_cases)}


def simulated_scores(size: VoxelSize, model: Model, params: SegmentParams, nuclei: int = 60) -> Scores:
    """Scores of the nuclei of a simulated embryo with a voxel size (Z, Y, X) in um.

    ``ground_truth``, ``predicted``, ``false_negatives``, ``false_positives``, ``split`` and ``merged``
    nuclei, ``det`` and ``seg``; the ground truth does not include the blur, which makes nuclei longer in z.
    """
    z, y, x = (round(length / edge) for length, edge in zip(FIELD, size, strict=True))
    embryo = simulate_embryo(SimulateParams(frames=1, nuclei=nuclei, voxel_size=size, shape=(z, y, x)))
    labels = segment(embryo.image[0], model, params, voxel_size=size)
    names = (
        "ground_truth",
        "predicted",
        "false_negatives",
        "false_positives",
        "split",
        "merged",
        "det",
        "seg",
    )
    return _chosen([overlap_of(labels, embryo.labels[0])], *names)


def _counts(labels: Labels, truth: npt.NDArray[np.integer]) -> Scores:
    scores = _chosen([overlap_of(labels, truth)], "ground_truth", "predicted", "matched", "mean_dice", "seg")
    return {"labelled": scores.pop("ground_truth"), **scores}


def _chosen(overlaps: Sequence[Overlap], *names: str) -> Scores:
    scores = all_scores(overlaps)
    return {name: scores[name] for name in names}


if __name__ == "__main__":
    main()
