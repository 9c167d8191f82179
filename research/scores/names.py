"""Score cell names on EPIC embryos that were not used for the table of names.

``python -m research.scores.names`` prints the scores as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.ctc import covering
from napari_devolearn.evaluation.overlap import overlap_of
from napari_devolearn.inference.load import load_model
from napari_devolearn.lineage.founders import founder
from napari_devolearn.lineage.naming.seeds import known_names
from napari_devolearn.lineage.naming.sulston import load_sulston
from napari_devolearn.lineage.naming.track_names import Name, Places
from napari_devolearn.lineage.naming.unnamed import name_all_tracks
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.tracking.link import iter_objects, iter_relabelled
from napari_devolearn.tracking.objects import measure_objects
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.solve import link_objects
from research.drawing.positions import Embryo, read_embryos
from research.scores.tracking import Drawing, frames_until
from research.tables.embryos import named_embryos
from research.tables.epic import read_positions
from research.trackers.drawn_movie import VOXEL, cell_labels, true_tracks

STAGES = ((4, 8), (9, 15), (16, 28), (29, 50), (51, 100), (101, 190), (191, 350))
"""Ranges of the number of nuclei for which frames are scored separately."""

Shares = dict[str, dict[str, float]]


class NamedNucleus(NamedTuple):
    """A nucleus in a frame: its true name, its assigned name, and the number of nuclei in the frame."""

    cell: str
    name: str
    nuclei: int


def main() -> None:
    """Parse the command line, score, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    data = os.environ.get("NAPARI_DEVOLEARN_DATA", "../shared/data")
    add("--data", type=Path, default=Path(data), help="folder of the data sets")
    add("--embryos", type=int, default=9, metavar="N", help="how many embryos (%(default)s)")
    add("--embryo", metavar="NAME", help="only this one")
    add(
        "--start",
        type=int,
        default=4,
        metavar="N",
        help="number of nuclei at which movies begin (%(default)s)",
    )
    add(
        "--until",
        type=int,
        default=350,
        metavar="N",
        help="number of nuclei at which movies end (%(default)s)",
    )
    add("--jitter", type=float, default=0.2, metavar="UM", help="error of each position (%(default)s um)")
    add("--found", metavar="MODEL", help="name tracks of this model in simulated movies, not the true ones")
    add("--keep", type=Path, metavar="DIR", help="save the segmentation, for another run with this model")
    given = parser.parse_args()
    path = given.data / "epic_positions" / "positions.parquet"
    held = set(named_embryos(read_positions(path))[1]["embryo"])
    embryos = [one for one in read_embryos(path) if one.name in held and given.embryo in (None, one.name)]
    if not embryos:
        parser.error(f"--embryo {given.embryo}: not held out; choose one of {len(held)}, such as {min(held)}")
    model = load_model(given.found) if given.found else None
    scores = {}
    for embryo in embryos[:: max(1, len(embryos) // given.embryos)][: given.embryos]:
        frames = [t for t in frames_until(embryo, given.until) if len(embryo.frames[t]) >= given.start]
        if model is None:
            nuclei_seen = iter_named(embryo, frames, given.jitter)
        else:
            nuclei_seen = iter_named_found(Drawing(embryo, model, keep=given.keep), frames)
        scores[embryo.name] = shares(nuclei_seen)
    print(json.dumps({"embryos": sorted(scores), "mean": mean_shares(scores)}, indent=2))


def iter_named(embryo: Embryo, frames: Sequence[int], jitter: float) -> Iterator[NamedNucleus]:
    """Name the true tracks of a randomly rotated embryo with errors of position.

    `frames`: indices of its frames.
    `jitter`: standard deviation of the error along each axis, in um.
    """
    from scipy.spatial.transform import Rotation

    rng = np.random.default_rng(0)
    turn, label = Rotation.random(rng=0).as_matrix(), cell_labels(embryo)
    points = [
        (label[cell], index, *(turn @ place + rng.normal(0, jitter, 3)))
        for index, frame in enumerate(frames)
        for cell, place in zip(embryo.cells[frame].tolist(), embryo.frames[frame].position, strict=True)
    ]
    names = _names(true_tracks(embryo, frames), np.array(points))
    for frame in frames:
        cells = embryo.cells[frame].tolist()
        yield from (NamedNucleus(cell, names.get(label[cell], ""), len(cells)) for cell in cells)


def iter_named_found(drawing: Drawing, frames: Sequence[int]) -> Iterator[NamedNucleus]:
    """Simulate an embryo, segment and link it, and name the tracks; "" for nuclei without a label.

    `frames`: indices of its frames.
    """
    cell_of = {number: cell for cell, number in cell_labels(drawing.embryo).items()}
    movie, truth = zip(*drawing.iter_labels(frames), strict=True)
    linking = link_objects(list(iter_objects(movie, VOXEL)), LinkParams())
    points, pairs = [], []
    for t, labels in enumerate(iter_relabelled(movie, linking, VOXEL)):
        objects = measure_objects(labels, VOXEL)
        points.append(np.column_stack([objects.labels, np.full(len(objects), t), objects.centers]))
        overlap = overlap_of(labels, truth[t])
        matched = overlap.pairs[covering(overlap)]
        found = dict(
            zip(
                overlap.ground_truth[matched[:, 0]].tolist(),
                overlap.predicted[matched[:, 1]].tolist(),
                strict=True,
            )
        )
        pairs.append({int(label): found.get(int(label), 0) for label in overlap.ground_truth})
    names = _names(linking.tracks, np.concatenate(points))
    for frame in pairs:
        yield from (
            NamedNucleus(cell_of[true], names.get(track, ""), len(frame)) for true, track in frame.items()
        )


def _names(tracks: Tracks, points: npt.NDArray[np.float64]) -> Mapping[int, str]:
    """Names of tracks without manual names; `points` as for `Places`, in um."""
    sulston, places = load_sulston(), Places.from_points(points)
    named: Mapping[int, Name] = name_all_tracks(tracks, places, known_names(tracks, places, sulston), sulston)
    return {label: name.name for label, name in named.items()}


def shares(nuclei_seen: Iterable[NamedNucleus]) -> Shares:
    """Fraction of nuclei with the correct founder lineage and with the correct name, by stage.

    Returns ``founder`` and ``name`` of each stage with nuclei; nuclei without a name in EPIC are ignored.
    """
    known = [one for one in nuclei_seen if founder(one.cell) is not None]
    found: Shares = {}
    for low, high in STAGES:
        there = [one for one in known if low <= one.nuclei <= high]
        if there:
            found[f"{low}..{high}"] = {
                "founder": float(np.mean([founder(one.name) == founder(one.cell) for one in there])),
                "name": float(np.mean([one.name == one.cell for one in there])),
            }
    return found


def mean_shares(scores: Mapping[str, Shares]) -> Shares:
    """Mean and minimum over the embryos of each fraction, by stage."""
    means: Shares = {}
    for low, high in STAGES:
        there = [one[stage] for one in scores.values() if (stage := f"{low}..{high}") in one]
        if there:
            means[f"{low}..{high}"] = {
                name + end: round(float(take([one[name] for one in there])), 3)
                for name in ("founder", "name")
                for end, take in (("", np.mean), ("_least", np.min))
            }
    return means


if __name__ == "__main__":
    main()
