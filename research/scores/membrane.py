"""Score a membrane model on the labelled volume t046 and on held-out simulated embryos.

``python -m research.scores.membrane`` prints the scores as JSON. Use ``napari-devolearn evaluate`` for label
files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.evaluation.overlap import Overlap, Scores, overlap_of
from napari_devolearn.evaluation.report import all_scores
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.segment import segment
from research.drawing.positions import read_embryos
from research.drawing.simulated_volumes import STEP, simulate_volumes
from research.drawing.volumes import DEPTH_UNIT, GAP
from research.recipes.membrane import HELD_OUT_SEED, part_embryos
from research.scores.scoring import add_backend, print_scores, scoring_parser

VOXEL_SIZE: VoxelSize = (0.225, 0.225, 0.225)
"""um, Z Y X, of t046_iso_raw.tif."""

_SLICES = 12  # single slices of each volume
_SHOWN = (
    "f1",
    "seg",
    "mean_dice",
    "dice",
    "ground_truth",
    "predicted",
    "false_negatives",
    "false_positives",
    "split",
    "merged",
)


class Case(NamedTuple):
    """A volume with its ground truth.

    Parameters
    ----------
    name : str
    image : ndarray, (Z, Y, X), uint8
    truth : ndarray, (Z, Y, X), integer
        0 = membrane and outside.
    voxel_size : tuple of float
        (Z, Y, X) in um.
    """

    name: str
    image: npt.NDArray[np.uint8]
    truth: npt.NDArray[np.integer]
    voxel_size: VoxelSize


def main() -> None:
    """Parse the command line, score, and print JSON."""
    parser = scoring_parser(__doc__, "membrane")
    add_backend(parser)
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--simulated", type=int, default=6, metavar="N", help="simulated volumes (6)")
    given = parser.parse_args()
    model, params = load_model(given.model, backend=given.backend), SegmentParams(threshold=given.threshold)
    cases = [labelled_case(given.data), *simulated_cases(given.data, given.simulated)]
    scores = {case.name: case_scores(case, model, params) for case in cases}
    print_scores(scores, given.json)


def labelled_case(data: Path) -> Case:
    """t046 of 3DMMS: a real embryo of 28 cells, labelled by an algorithm, not used for training.

    `data`: the folder of all data sets.
    """
    from skimage.io import imread

    folder = data / "membrane_3dmms"
    image, truth = imread(folder / "t046_iso_raw.tif"), imread(folder / "t046_iso_label.tif")
    return Case("t046", image, truth.astype(np.int64), VOXEL_SIZE)


def simulated_cases(data: Path, count: int) -> Iterator[Case]:
    """Embryos simulated from nuclei of held-out real embryos.

    `data`: the folder of all data sets.
    """
    if not count:
        return
    _, held_out = part_embryos(read_embryos(data / "epic_positions" / "positions.parquet"))
    for index, made in enumerate(simulate_volumes(held_out, count, HELD_OUT_SEED)):
        inside = made.volume.depth >= round(GAP / DEPTH_UNIT)
        truth = np.where(inside, made.labels, 0).astype(np.int64)
        cells = len(np.unique(truth)) - 1
        yield Case(f"simulated {index}, {cells} cells", made.volume.image, truth, (STEP,) * 3)


def case_scores(case: Case, model: Model, params: SegmentParams) -> dict[str, Scores]:
    """Scores of the cells in 3D (``volume``), and in single slices (``slices``), pooled."""
    whole = overlap_of(segment(case.image, model, params, voxel_size=case.voxel_size), case.truth)
    return {"volume": _shown([whole]), "slices": _shown([*_slice_overlaps(case, model, params)])}


def _slice_overlaps(case: Case, model: Model, params: SegmentParams) -> Iterator[Overlap]:
    planes = np.flatnonzero(case.truth.any((1, 2)))
    for z in np.linspace(planes[0], planes[-1], _SLICES + 2)[1:-1].astype(int):
        yield overlap_of(segment(case.image[z], model, params, voxel_size=case.voxel_size[1:]), case.truth[z])


def _shown(overlaps: list[Overlap]) -> Scores:
    scores = all_scores(overlaps)
    return {name: scores[name] for name in _SHOWN}


if __name__ == "__main__":
    main()
