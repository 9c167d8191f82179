"""Score the effect of the embryo model on the nucleus and lineage models, with and without debris.

``python -m research.scores.embryo_use`` prints the scores with and without it as JSON. Debris is simulated
outside of the embryo in the same images.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.counts import score_counts
from napari_devolearn.evaluation.overlap import Scores, overlap_of
from napari_devolearn.evaluation.report import all_scores
from napari_devolearn.inference.counting.lineage_table import counts_table
from napari_devolearn.inference.embryo_mask import EmbryoMaskedModel
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.segment import segment
from research.drawing.outline_scenes import draw_debris
from research.drawing.positions import Embryo, read_embryos
from research.recipes.lineage import split_embryos
from research.recipes.nucleus import HELD_OUT, SLICE_SIZE, in_windows
from research.recipes.real_outlines import NuclearSlice, iter_nuclear_slices
from research.scores.lineage import rendered_movies
from research.scores.scoring import print_scores, scoring_parser

_NUCLEUS = 70.0  # grey values of a nucleus above the background in Fluo-N3DH-CE
_GRAIN = 0.5  # relative noise of the debris in a slice
_SHOWN = ("iou", "f1", "seg", "ground_truth", "predicted", "false_positives", "false_negatives")

Floats = npt.NDArray[np.float32]


def main() -> None:
    """Parse the command line, score, and print JSON."""
    parser = scoring_parser(__doc__, "embryo")
    parser.add_argument("--embryos", type=int, default=8, metavar="N", help="lineage: the first N (8)")
    parser.add_argument("--every", type=int, default=6, metavar="N", help="lineage: each Nth frame (6)")
    given = parser.parse_args()
    embryo = load_model(given.model)
    slices = [one for one in iter_nuclear_slices(given.data) if in_windows(one.t, HELD_OUT)]
    embryos = split_embryos(read_embryos(given.data / "epic_positions" / "positions.parquet"))[1]
    scores = {
        "nucleus": nucleus_scores(slices, given.data / "nuclei_ctc_slices" / "labels", embryo),
        "lineage": lineage_scores(embryos[: given.embryos], given.every),
    }
    print_scores(scores, given.json)


def nucleus_scores(slices: list[NuclearSlice], truth: Path, embryo: Model) -> dict[str, Scores]:
    """Nuclei in held-out slices, with and without debris, everywhere and restricted to the embryo.

    `truth`: the folder ``labels`` of ``nuclei_ctc_slices``.
    Returns for each of the four the scores of `_SHOWN`, pooled over all slices.
    """
    from skimage.io import imread

    everywhere = load_model("nucleus")
    inside = EmbryoMaskedModel(everywhere, embryo)
    changes: dict[str, Callable[[NuclearSlice], npt.NDArray[np.uint8]]] = {
        "as it is": lambda one: one.image,
        "with debris": _with_debris,
    }
    scores = {}
    for image, change in changes.items():
        for where, model in (("everywhere", everywhere), ("inside the embryo", inside)):
            overlaps = [
                overlap_of(
                    segment(change(one), model, voxel_size=SLICE_SIZE),
                    imread(truth / f"t{one.t:03d}_z{one.z:02d}.png"),
                )
                for one in slices
            ]
            every = all_scores(overlaps)
            scores[f"{image}, {where}"] = {name: every[name] for name in _SHOWN}
    return scores


def lineage_scores(embryos: list[Embryo], every: int) -> dict[str, dict[str, float]]:
    """Counts of single frames of simulated movies, with and without debris, with and without the outline.

    `embryos`: held out.
    `every`: step between frames.
    Returns for each of the four ``total_error`` (percent) and ``lineage_error`` (cells), means over the
    movies, and the fraction of frames that are ``trusted``.
    """
    models = {
        "by its brightness": load_model("lineage"),
        "by its outline": load_model("lineage", restrict_to_embryo=True),
    }
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for movie, truth in rendered_movies(embryos):
        shown = truth.iloc[::every].assign(frame=np.arange(len(truth.iloc[::every])))
        for image, frames in (
            ("as it is", movie[::every]),
            ("with debris", _movie_with_debris(movie)[::every]),
        ):
            for where, model in models.items():
                table = counts_table(list(model.iter_counts(frames)), decode=False)
                found = score_counts(table, shown)
                row = (found.total_error, found.lineage_error, float(table["trusted"].mean()))
                rows.setdefault(f"{image}, found {where}", []).append(row)
    names = ("total_error", "lineage_error", "trusted")
    return {
        name: dict(zip(names, np.mean(some, axis=0).round(3).tolist(), strict=True))
        for name, some in rows.items()
    }


def _with_debris(one: NuclearSlice) -> npt.NDArray[np.uint8]:
    rng = np.random.default_rng((one.t, one.z))
    drawn = draw_debris(one.inside.astype(np.float32), float(np.mean(SLICE_SIZE)), rng)
    drawn = drawn * np.maximum(1 + _GRAIN * rng.standard_normal(drawn.shape), 0) * _NUCLEUS
    return np.asarray(np.clip(one.image + drawn, 0, 255), np.uint8)


def _movie_with_debris(movie: Floats) -> Floats:
    """Add debris that does not move, outside of all nuclei of the movie."""
    from skimage.morphology import convex_hull_image

    brightest = movie.max(axis=0)
    inside = convex_hull_image(brightest > 0.5 * np.percentile(brightest, 99))
    rng = np.random.default_rng(movie.shape)
    drawn = draw_debris(inside.astype(np.float32), 0.28, rng)  # pixels of rendered movies are 0.22 to 0.34 um
    return np.asarray(np.maximum(movie, drawn * float(np.percentile(brightest, 99))), np.float32)


if __name__ == "__main__":
    main()
