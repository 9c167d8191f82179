"""Compare other trackers with our own linking, on the same labels and with the same scores.

``python -m research.trackers.compare_trackers --trackers ours laptrack`` prints them as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.evaluation.evaluate import find_table
from napari_devolearn.evaluation.overlap import Scores, overlap_of
from napari_devolearn.evaluation.tracking import tracking_scores
from napari_devolearn.inference.load import load_model
from napari_devolearn.io.ctc.masks import read_labels
from napari_devolearn.io.ctc.tracktable import read_tracks
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.tracking.link import iter_objects, iter_relabelled, open_movie
from napari_devolearn.tracking.objects import Objects, usual_diameters
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.solve import link_objects
from research.drawing.positions import read_embryos
from research.scores.tracking import (
    WINDOWS,
    Drawing,
    frames_until,
    held_out,
    iter_windows,
    labelled,
    mean_scores,
)
from research.trackers.by_ultrack import link_by_ultrack
from research.trackers.drawn_movie import VOXEL, true_tracks
from research.trackers.other_trackers import TRACKERS, linking_of


class Movie(NamedTuple):
    """Labels to link, and the ground truth.

    Parameters
    ----------
    labels, truth : ndarray, (T, Z, Y, X) or (T, Y, X), integer
    tracks : Tracks
        Of the ground truth.
    voxel_size : tuple of float
        (Z, Y, X) in um.
    params : LinkParams
        Handling of gaps, for all trackers; the rest is only for our own linking.
    """

    labels: npt.NDArray[Any]
    truth: npt.NDArray[Any]
    tracks: Tracks
    voxel_size: VoxelSize
    params: LinkParams


def main() -> None:
    """Parse the command line, score, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    data = os.environ.get("NAPARI_DEVOLEARN_DATA", "../shared/data")
    add("--trackers", nargs="+", choices=("ours", *TRACKERS, "ultrack"), default=["ours", "laptrack"])
    add("--data", type=Path, default=Path(data), help="folder of the data sets")
    add("-m", "--model", default="nucleus", help="a model's name, or the path of its spec")
    add("--embryos", type=int, default=3, metavar="N", help="how many embryos (%(default)s)")
    add("--embryo", metavar="NAME", help="only this one")
    add(
        "--until",
        type=int,
        default=190,
        metavar="N",
        help="number of nuclei at which movies end (%(default)s)",
    )
    add(
        "--windows",
        type=int,
        default=10,
        metavar="N",
        help=f"N frames before each of {WINDOWS} nuclei",
    )
    add("--keep", type=Path, metavar="DIR", help="save the segmentation, for another run with this model")
    add("--truth", type=Path, metavar="DIR", help="link these true masks, with their track table, instead")
    given = parser.parse_args()
    movies = iter_true(given.truth) if given.truth else iter_drawn_windows(given)
    scores: dict[str, dict[str, dict[str, Scores]]] = {name: {} for name in given.trackers}
    for movie_name, window, movie in movies:
        for tracker in given.trackers:
            scores[tracker].setdefault(movie_name, {})[window] = score_tracker(tracker, movie)
    means = {tracker: mean_scores(one) for tracker, one in scores.items()}
    print(json.dumps({"each": scores, "mean": means}, indent=2, allow_nan=False))


def iter_drawn_windows(given: argparse.Namespace) -> Iterator[tuple[str, str, Movie]]:
    """Segmented windows of simulated embryos, with the embryo's name and the number of nuclei."""
    model = load_model(given.model)
    embryos = read_embryos(given.data / "epic_positions" / "positions.parquet")
    embryos = [one for one in embryos if given.embryo in (None, one.name)]
    for embryo in held_out(embryos, given.embryos):
        drawing = Drawing(embryo, model, keep=given.keep)
        for nuclei, window in iter_windows(embryo, frames_until(embryo, given.until), given.windows):
            both = labelled(drawing, window)
            yield embryo.name, str(nuclei), Movie(*both, true_tracks(embryo, window), VOXEL, LinkParams())


def iter_true(folder: Path) -> Iterator[tuple[str, str, Movie]]:
    """True masks, renumbered in each frame.

    Raises FileNotFoundError if there is no track table next to the masks.
    """
    stack = read_labels(folder)
    table = find_table(folder)
    if table is None:
        raise FileNotFoundError(f"{folder}: no track table; add res_track.txt or man_track.txt")
    truth = np.asarray(open_movie(stack))
    params = LinkParams(fill_gaps=False, min_track_length=1)  # true masks have no gaps or false objects
    size = stack.voxel_size or (1.0, 1.0, 1.0)
    yield folder.name, "all", Movie(renumbered(truth), truth, read_tracks(table), size, params)


def renumbered(movie: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Labels of a movie, renumbered in each frame."""
    rng, highest = np.random.default_rng(0), int(movie.max())
    return np.stack([np.append(0, 1 + rng.permutation(highest))[frame] for frame in movie])


def score_tracker(name: str, movie: Movie) -> Scores:
    """Link the labels of a movie, and score the result.

    `name`: ``ours``, ``ultrack``, or one of `TRACKERS`.
    Returns ``seconds`` of CPU time from measured objects to tracks, and `tracking_scores`.
    """
    objects = list(iter_objects(movie.labels, movie.voxel_size))
    start = time.process_time()
    labels, tracks = linked_by(name, movie, objects)
    seconds = time.process_time() - start
    overlaps = {t: overlap_of(*both) for t, both in enumerate(zip(labels, movie.truth, strict=True))}
    return {"seconds": seconds, **tracking_scores(overlaps, tracks, movie.tracks)}


def linked_by(
    name: str, movie: Movie, objects: Sequence[Objects]
) -> tuple[Iterable[npt.NDArray[Any]], Tracks]:
    """Link the labels of a movie: lazy frames of labels with track IDs, and tracks."""
    wide = usual_diameters(objects)
    if name == "ultrack":
        return link_by_ultrack(movie.labels, movie.voxel_size, float(np.median(wide)))
    if name == "ours":
        linking = link_objects(objects, movie.params)
    else:
        places = [one.centers / width for one, width in zip(objects, wide, strict=True)]
        linking = linking_of(objects, TRACKERS[name](places), movie.params)
    return iter_relabelled(movie.labels, linking, movie.voxel_size), linking.tracks


if __name__ == "__main__":
    main()
