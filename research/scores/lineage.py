"""Score a lineage model on movies simulated from held-out embryos.

``python -m research.scores.lineage`` prints the scores as JSON. Use ``napari-devolearn evaluate`` for a table
of counts of a real movie.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from napari_devolearn.evaluation.counts import score_counts
from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.inference.counting.lineage_table import counts_table
from napari_devolearn.inference.load import load_model
from napari_devolearn.lineage.founders import FOUNDERS
from research.drawing.look import draw_look
from research.drawing.positions import Embryo, read_embryos
from research.drawing.projection import project
from research.recipes.lineage import split_embryos
from research.scores.scoring import print_scores, scoring_parser

_FEWEST, _MOST = 2, 360  # nuclei; few of EPIC's embryos are followed to more
_FIRST_SEED = 1000

Scores = dict[str, float]


def main() -> None:
    """Parse the command line, score, and print JSON."""
    parser = scoring_parser(__doc__, "lineage")
    parser.add_argument("--embryos", type=int, default=None, metavar="N", help="only the first N")
    given = parser.parse_args()
    model: object = load_model(given.model)
    if not isinstance(model, LineageModel):
        parser.error(f"--model {given.model}: does not count lineages; give a lineage model")
    embryos = split_embryos(read_embryos(given.data / "epic_positions" / "positions.parquet"))[1]
    print_scores(movie_scores(embryos[: given.embryos], model), given.json)


def movie_scores(embryos: list[Embryo], model: LineageModel) -> dict[str, Scores]:
    """Scores of single frames, and of whole movies decoded together.

    Returns ``"single frames"`` and ``"whole movies"``, each with ``total_error`` (percent) and
    ``lineage_error`` (cells), means over the movies, and their medians.
    """
    scores: dict[str, list[tuple[float, float]]] = {"single frames": [], "whole movies": []}
    for movie, truth in rendered_movies(embryos):
        frames = list(model.iter_counts(movie))
        for name, together in (("single frames", False), ("whole movies", True)):
            found = score_counts(counts_table(frames, decode=together), truth)
            scores[name].append((found.total_error, found.lineage_error))
    return {name: _summary(np.array(pairs)) for name, pairs in scores.items()}


def rendered_movies(embryos: list[Embryo]) -> Iterator[tuple[np.ndarray, pd.DataFrame]]:
    """Simulate each embryo as a movie, (T, Y, X) float32, with one appearance, and its table of counts."""
    for number, embryo in enumerate(embryos):
        rng = np.random.default_rng(_FIRST_SEED + number)
        look = draw_look(rng)
        shown = [t for t, nuclei in enumerate(embryo.frames) if _FEWEST <= len(nuclei) <= _MOST]
        movie = np.stack([project(embryo.frames[t], look, rng) for t in shown])
        truth = pd.DataFrame(embryo.counts[shown], columns=list(FOUNDERS))
        yield movie, truth.assign(frame=np.arange(len(shown)))


def _summary(pairs: np.ndarray) -> Scores:
    mean, median = pairs.mean(axis=0).round(3).tolist(), np.median(pairs, axis=0).round(3).tolist()
    return {
        "movies": len(pairs),
        "total_error": mean[0],
        "lineage_error": mean[1],
        "median_total_error": median[0],
        "median_lineage_error": median[1],
    }


if __name__ == "__main__":
    main()
