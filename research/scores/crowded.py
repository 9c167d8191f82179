"""Score a nucleus model on simulated volumes with the crowding of real embryos.

``python -m research.scores.crowded`` prints the scores as JSON. ``--first 37 --blur 1.5`` uses other embryos,
and a microscope with more blur along z.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.evaluation.overlap import Overlap, Scores, overlap_of
from napari_devolearn.evaluation.report import all_scores
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.segment import segment
from napari_devolearn.postprocess.centroids import USUAL_SIZES
from napari_devolearn.simulate.nucleus import Nucleus, diameter
from napari_devolearn.simulate.render import BLUR, render_frame
from research.drawing.positions import Embryo, read_embryos
from research.drawing.projection import Nuclei
from research.scores.scoring import add_backend, print_scores, scoring_parser

VOXEL: VoxelSize = (1.0, 0.18, 0.18)
NUCLEI = (30, 90, 190, 350)
EMBRYOS = 3
_MARGIN = 4.0  # um around the nuclei
_NAMES = (
    "ground_truth",
    "predicted",
    "false_negatives",
    "false_positives",
    "split",
    "merged",
    "f1",
    "det",
    "seg",
)


def main() -> None:
    """Parse the command line, score, and print JSON."""
    parser = scoring_parser(__doc__, "nucleus")
    add_backend(parser)
    parser.add_argument(
        "--first", type=int, default=0, help="index of the first embryo; the others are evenly spaced"
    )
    parser.add_argument("--blur", type=float, default=BLUR[0], help="along z, standard deviation in um")
    given = parser.parse_args()
    embryos = read_embryos(given.data / "epic_positions" / "positions.parquet")
    model = load_model(given.model, backend=given.backend)
    chosen = embryos[given.first :: max(1, len(embryos) // EMBRYOS)][:EMBRYOS]
    blur = (given.blur, *BLUR[1:])
    scores = {str(nuclei): crowded_scores(chosen, nuclei, model, blur) for nuclei in NUCLEI}
    print_scores(scores, given.json)


def crowded_scores(embryos: list[Embryo], nuclei: int, model: Model, blur: VoxelSize = BLUR) -> Scores:
    """Pooled scores of one volume of each embryo.

    ``ground_truth``, ``predicted``, ``false_negatives``, ``false_positives``, ``split`` and ``merged``
    nuclei, ``f1``, ``det`` and ``seg``; the ground truth does not include the blur, which makes nuclei longer
    in z. Of the predicted ones, ``wrong`` do not contain most of exactly one nucleus, ``unusual`` have a size
    outside of `USUAL_SIZES`, and ``wrong_unusual`` are both.

    `nuclei`: the frame with the nearest number of nuclei is simulated.
    `blur`: as for `draw_volume`.
    """
    overlaps = []
    for seed, embryo in enumerate(embryos):
        frame = min(embryo.frames, key=lambda one: abs(len(one) - nuclei))
        image, truth = draw_volume(frame, seed, blur)
        overlaps.append(overlap_of(segment(image, model, SegmentParams(), voxel_size=VOXEL), truth))
    scores = all_scores(overlaps)
    sizes = np.sum([_sizes(overlap) for overlap in overlaps], axis=0).tolist()
    return {name: scores[name] for name in _NAMES} | dict(
        zip(("wrong", "unusual", "wrong_unusual"), sizes, strict=True)
    )


def _sizes(overlap: Overlap) -> list[int]:
    """Numbers of wrong nuclei, of those of unusual size, and of both."""
    true, _ = overlap.sizes
    most = overlap.pairs[2 * overlap.shared > true, 1]
    wrong = np.bincount(most, minlength=len(overlap.predicted)) != 1
    voxels = overlap.predicted_voxels
    low, high = np.array(USUAL_SIZES) * np.median(voxels)
    unusual = (voxels < low) | (voxels > high)
    return [int(wrong.sum()), int(unusual.sum()), int((wrong & unusual).sum())]


def draw_volume(
    nuclei: Nuclei, seed: int, blur: VoxelSize = BLUR
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16]]:
    """Image (Z, Y, X) uint8 and ground truth (Z, Y, X) uint16 of nuclei as balls of the usual size.

    `seed`: for brightness and noise.
    `blur`: standard deviation of the point spread function along (Z, Y, X), in um.
    """
    rng = np.random.default_rng(seed)
    wide = diameter(len(nuclei))
    low = nuclei.position.min(axis=0) - wide / 2 - _MARGIN
    field = nuclei.position.max(axis=0) + wide / 2 + _MARGIN - low
    z, y, x = (int(np.ceil(length / edge)) for length, edge in zip(field, VOXEL, strict=True))
    balls = [
        Nucleus(label, (float(c[0]), float(c[1]), float(c[2])), wide / 2, wide / 2, brightness=bright)
        for label, (c, bright) in enumerate(
            zip(nuclei.position - low, rng.lognormal(0, 0.2, len(nuclei)), strict=True), start=1
        )
    ]
    shell = (float(field[0]), float(field[1]), float(field[2]))
    return render_frame(balls, shape=(z, y, x), voxel_size=VOXEL, rng=rng, eggshell=shell, blur=blur)


if __name__ == "__main__":
    main()
