"""Score segmentation and linking together on movies drawn at the nuclei of real embryos.

``python -m napari_devolearn.training.evaluate_tracking`` prints the scores as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.ctc import det
from napari_devolearn.evaluation.overlap import Overlap, Scores, overlap_of
from napari_devolearn.evaluation.tracking import tracking_scores
from napari_devolearn.inference.cache import allocate
from napari_devolearn.inference.model import Model, load_model
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.pipeline import segment
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.tracking.link import iter_objects, iter_relabelled
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.solve import link_objects
from napari_devolearn.training.drawn_movie import VOXEL, iter_drawn, true_tracks
from napari_devolearn.training.positions import Embryo, read_embryos

FEWEST = 4
STAGES = ((4, 29), (30, 59), (60, 99), (100, 149), (150, 194), (195, 360))
"""Numbers of nuclei from and to which frames are scored by themselves."""


def main() -> None:
    """Parse the command line, score, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    data = os.environ.get("NAPARI_DEVOLEARN_DATA", "../shared/data")
    add("--data", type=Path, default=Path(data), help="folder of the data sets")
    add("-m", "--model", default="nucleus", help="a model's name, or the path of its spec")
    add("--embryos", type=int, default=3, metavar="N", help="how many embryos (%(default)s)")
    add("--until", type=int, default=190, metavar="N", help="end at so many nuclei (%(default)s)")
    add("--every", type=int, default=1, metavar="N", help="keep every so many-th frame (%(default)s)")
    add("--noise", type=float, default=1.0, help="of the camera, against a real recording's (%(default)s)")
    add("--true-labels", action="store_true", help="link the true labels: the errors of linking alone")
    given = parser.parse_args()
    model = None if given.true_labels else load_model(given.model)
    scores = {}
    for embryo in held_out(read_embryos(given.data / "epic_positions" / "positions.parquet"), given.embryos):
        frames = frames_until(embryo, given.until)[:: given.every]
        scores[embryo.name] = score_embryo(embryo, frames, model, noise=given.noise)
    print(json.dumps(scores | {"mean": mean_scores(scores)}, indent=2, allow_nan=False))


def held_out(embryos: Sequence[Embryo], count: int) -> list[Embryo]:
    """Embryos spread over the table, on none of which the costs of linking were tuned."""
    return list(embryos[:: max(1, len(embryos) // count)][:count])


def frames_until(embryo: Embryo, nuclei: int) -> list[int]:
    """Indices of an embryo's frames from 4 nuclei on, up to the first with so many."""
    counts = [len(frame) for frame in embryo.frames]
    first = next(i for i, count in enumerate(counts) if count >= FEWEST)
    last = next((i for i, count in enumerate(counts) if count >= nuclei), len(counts) - 1)
    return list(range(first, last + 1))


def score_embryo(
    embryo: Embryo, frames: Sequence[int], model: Model | None, *, noise: float = 1.0
) -> dict[str, Scores]:
    """Draw, segment, link and score some frames of one embryo.

    Parameters
    ----------
    embryo : Embryo
    frames : sequence of int
        Indices of its frames.
    model : Model or None
        None to link the true labels.
    noise : float
        Variance of the photon noise against that of a real recording.

    Returns
    -------
    dict of str to dict
        ``frames``, ``nuclei`` (in the last frame), ``det_before`` (of the labels that were linked), ``det``,
        ``tra``, ``lnk`` and the divisions; of all frames, and of the frames of each stage.
    """
    true = true_tracks(embryo, frames)
    labels, truth = _labelled(embryo, frames, model, noise)
    linking = link_objects(list(iter_objects(labels, VOXEL)), LinkParams())
    before = [overlap_of(*both) for both in zip(labels, truth, strict=True)]
    after = {
        t: overlap_of(found, truth[t]) for t, found in enumerate(iter_relabelled(labels, linking, VOXEL))
    }
    scores = {}
    for name, stage in _stages(after):
        scores[name] = {
            "frames": len(stage),
            "nuclei": len(after[stage[-1]].true),
            "det_before": det([before[t] for t in stage]),
            "det": det([after[t] for t in stage]),
            **tracking_scores(
                {t: after[t] for t in stage}, between(linking.tracks, stage), between(true, stage)
            ),
        }
    return scores


def _labelled(
    embryo: Embryo, frames: Sequence[int], model: Model | None, noise: float
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Found and true labels of all frames, (T, Z, Y, X); on disk where they are large."""
    labels, truth = None, None
    for t, drawn in enumerate(iter_drawn(embryo, frames, noise=noise)):
        if labels is None or truth is None:
            shape = (len(frames), *drawn.truth.shape)
            labels, truth = allocate(shape, np.uint16), allocate(shape, np.uint16)
        truth[t] = drawn.truth
        labels[t] = (
            drawn.truth if model is None else segment(drawn.image, model, SegmentParams(), voxel_size=VOXEL)
        )
    if labels is None or truth is None:
        raise ValueError(f"embryo {embryo.name}: no frames; take a later end")
    return labels, truth


def _stages(overlaps: Mapping[int, Overlap]) -> Iterator[tuple[str, list[int]]]:
    """Name and frames of the whole and of each stage that has more than two frames."""
    yield "all", sorted(overlaps)
    for low, high in STAGES:
        there = [t for t, one in overlaps.items() if low <= len(one.true) <= high]
        if len(there) > 2:
            yield f"{low}..{high}", list(range(min(there), max(there) + 1))


def between(tracks: Tracks, frames: Sequence[int]) -> Tracks:
    """The part of tracks that lies in some frames, which follow each other."""
    first, last = frames[0], frames[-1]
    rows = {row.label: row for row in tracks.rows if row.begin <= last and row.end >= first}
    return Tracks(
        tuple(
            row._replace(
                begin=max(row.begin, first),
                end=min(row.end, last),
                parent=row.parent if row.parent in rows else 0,
            )
            for row in rows.values()
        )
    )


def mean_scores(scores: Mapping[str, Mapping[str, Scores]]) -> dict[str, Scores]:
    """Mean over the embryos of each score of each stage; of those that have it."""
    stages = {stage: None for one in scores.values() for stage in one}
    means: dict[str, Scores] = {}
    for stage in stages:
        there = [one[stage] for one in scores.values() if stage in one]
        means[stage] = {}
        for name in there[0]:
            values = [value for one in there if (value := one[name]) is not None]
            means[stage][name] = round(float(np.mean(values)), 4) if values else None
    return means


if __name__ == "__main__":
    main()
