"""Score segmentation and linking together on movies simulated from real embryos.

``python -m research.scores.tracking`` prints the scores as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.ctc import det
from napari_devolearn.evaluation.overlap import Overlap, Scores, overlap_of
from napari_devolearn.evaluation.tracking import tracking_scores
from napari_devolearn.inference.cache import allocate
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.segment import segment
from napari_devolearn.io.ctc.masks import read_labels
from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.tracking.link import iter_objects, iter_relabelled
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.solve import link_objects
from research.drawing.positions import Embryo, read_embryos
from research.trackers.drawn_movie import VOXEL, iter_drawn, true_tracks

FEWEST = 4
STAGES = ((4, 29), (30, 59), (60, 99), (100, 149), (150, 194), (195, 360))
"""Ranges of the number of nuclei for which frames are scored separately."""


WINDOWS = (30, 60, 100, 150, 190, 350)
"""Numbers of nuclei at which windows end."""


def main() -> None:
    """Parse the command line, score, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    data = os.environ.get("NAPARI_DEVOLEARN_DATA", "../shared/data")
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
    add("--windows", type=int, metavar="N", help=f"only N frames before each of {WINDOWS} nuclei")
    add("--every", type=int, default=1, metavar="N", help="use every Nth frame (%(default)s)")
    add("--noise", type=float, default=1.0, help="camera noise relative to a real recording (%(default)s)")
    add("--true-labels", action="store_true", help="link the true labels, for the errors of linking only")
    add("--keep", type=Path, metavar="DIR", help="save the segmentation, for another run with this model")
    given = parser.parse_args()
    model = None if given.true_labels else load_model(given.model)
    scores: dict[str, dict[str, Scores]] = {}
    embryos = read_embryos(given.data / "epic_positions" / "positions.parquet")
    chosen = [one for one in embryos if given.embryo in (None, one.name)]
    if not chosen:
        parser.error(
            f"--embryo {given.embryo}: unknown; choose one of {len(embryos)}, such as {embryos[0].name}"
        )
    for embryo in held_out(chosen, given.embryos):
        drawing = Drawing(embryo, model, given.noise, given.keep)
        whole = frames_until(embryo, given.until)[:: given.every]
        if given.windows:
            scores[embryo.name] = score_windows(drawing, whole, given.windows)
        else:
            scores[embryo.name] = score_frames(drawing, whole)
    print(json.dumps(scores | {"mean": mean_scores(scores)}, indent=2, allow_nan=False))


@dataclass(frozen=True)
class Drawing:
    """A simulated embryo and how it is segmented.

    Parameters
    ----------
    embryo : Embryo
    model : Model or None
        None for the true labels.
    noise : float
        Variance of the photon noise relative to a real recording.
    keep : Path or None
        Folder in which labels are saved.
    """

    embryo: Embryo
    model: Model | None = None
    noise: float = 1.0
    keep: Path | None = None

    def iter_labels(self, frames: Sequence[int]) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
        """Predicted and true labels (Z, Y, X) of each frame."""
        for frame, drawn in zip(frames, iter_drawn(self.embryo, frames, noise=self.noise), strict=True):
            found = drawn.truth if self.model is None else self._segment(self.model, frame, drawn.image)
            yield found, drawn.truth

    def _segment(self, model: Model, frame: int, image: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
        path = self.keep / f"{self.embryo.name}-{frame:03d}-{self.noise:g}.tif" if self.keep else None
        if path is not None and path.is_file():
            return np.asarray(read_labels(path).data[0])
        labels = segment(image, model, SegmentParams(), voxel_size=VOXEL)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_ome_tiff(path, labels.astype(np.uint16), voxel_size=VOXEL, overwrite=True)
        return labels


def held_out(embryos: Sequence[Embryo], count: int) -> list[Embryo]:
    """Embryos spread over the table; none of them was used to tune the costs of linking."""
    return list(embryos[:: max(1, len(embryos) // count)][:count])


def frames_until(embryo: Embryo, nuclei: int) -> list[int]:
    """Indices of an embryo's frames from 4 nuclei up to the first frame with this number."""
    counts = [len(frame) for frame in embryo.frames]
    first = next(i for i, count in enumerate(counts) if count >= FEWEST)
    last = next((i for i, count in enumerate(counts) if count >= nuclei), len(counts) - 1)
    return list(range(first, last + 1))


def score_windows(drawing: Drawing, frames: Sequence[int], length: int) -> dict[str, Scores]:
    """Score `length` frames before each number of nuclei in `WINDOWS`; each window is linked separately."""
    windows = iter_windows(drawing.embryo, frames, length)
    return {str(nuclei): score_frames(drawing, window)["all"] for nuclei, window in windows}


def iter_windows(embryo: Embryo, frames: Sequence[int], length: int) -> Iterator[tuple[int, Sequence[int]]]:
    """Each reached number of nuclei in `WINDOWS`, and the frames up to the first with that number."""
    counts = [len(embryo.frames[frame]) for frame in frames]
    for nuclei in WINDOWS:
        end = next((i for i, count in enumerate(counts) if count >= nuclei), None)
        if end is not None:
            yield nuclei, frames[max(end - length + 1, 0) : end + 1]


def score_frames(drawing: Drawing, frames: Sequence[int]) -> dict[str, Scores]:
    """Simulate, segment, link and score some frames (indices) of one embryo.

    Returns ``frames``, ``nuclei`` (in the last frame), ``det_before`` (of the labels before linking),
    ``det``, ``tra``, ``lnk`` and the divisions; of all frames, and of the frames of each stage.
    Raises ValueError if there are no frames.
    """
    true = true_tracks(drawing.embryo, frames)
    labels, truth = labelled(drawing, frames)
    linking = link_objects(list(iter_objects(labels, VOXEL)), LinkParams())
    before = [overlap_of(*both) for both in zip(labels, truth, strict=True)]
    relabelled = enumerate(iter_relabelled(labels, linking, VOXEL))
    after = {t: overlap_of(found, truth[t]) for t, found in relabelled}
    scores = {}
    for name, stage in _stages(after):
        scores[name] = {
            "frames": len(stage),
            "nuclei": len(after[stage[-1]].ground_truth),
            "det_before": det([before[t] for t in stage]),
            "det": det([after[t] for t in stage]),
            **tracking_scores(
                {t: after[t] for t in stage}, between(linking.tracks, stage), between(true, stage)
            ),
        }
    return scores


def labelled(drawing: Drawing, frames: Sequence[int]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Predicted and true labels of all frames, (T, Z, Y, X); on disk if they are large."""
    both: tuple[npt.NDArray[Any], npt.NDArray[Any]] | None = None
    for t, frame in enumerate(drawing.iter_labels(frames)):
        if both is None:
            shape = (len(frames), *frame[1].shape)
            both = allocate(shape, np.uint16), allocate(shape, np.uint16)
        both[0][t], both[1][t] = frame
    if both is None:
        raise ValueError(f"embryo {drawing.embryo.name}: no frames; give a later end")
    return both


def _stages(overlaps: Mapping[int, Overlap]) -> Iterator[tuple[str, list[int]]]:
    """Name and frames of the whole movie, and of each stage with more than two frames."""
    yield "all", sorted(overlaps)
    for low, high in STAGES:
        there = [t for t, one in overlaps.items() if low <= len(one.ground_truth) <= high]
        if len(there) > 2:
            yield f"{low}..{high}", list(range(min(there), max(there) + 1))


def between(tracks: Tracks, frames: Sequence[int]) -> Tracks:
    """The part of tracks within consecutive frames."""
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
    """Mean over the embryos of each score of each stage."""
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
