"""TRA, LNK and the divisions found, as the Cell Tracking Challenge (CTC) counts them, by py-ctcmetrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.ctc import covering
from napari_devolearn.evaluation.overlap import Overlap, Scores
from napari_devolearn.exceptions import CTCFormatError
from napari_devolearn.io.ctc.tracktable import mask_problems, table_problems
from napari_devolearn.lineage.tracks import Presence, Tracks

Matches = Sequence[tuple[list[int], list[int]]]
"""True labels and, beside each, the label that covers it, for each frame."""

LATE = 1
"""Frames by which a division may be found too early or too late and still be the true one."""


def tracking_scores(overlaps: Mapping[int, Overlap], found: Tracks, true: Tracks) -> Scores:
    """Score tracks against the true ones.

    Parameters
    ----------
    overlaps : mapping of int to Overlap
        Of every frame that the tables speak of, by its number.
    found, true : Tracks
        Their labels are those of the masks.

    Returns
    -------
    dict
        ``tra`` and ``lnk``: 1 minus the cost of correcting the graph of objects and links, or its links
        alone, against making it anew (Matula et al. 2015, PLoS ONE 10, e0144959);
        ``division_precision``, ``division_recall`` and ``division_f1``: divisions with the same mother
        and daughters, at most one frame apart (BC(1) of Ulman et al. 2017, Nature Methods 14, 1141).
        None where the truth has no object, no link or no division.

    Raises
    ------
    CTCFormatError
        If a table contradicts its masks; all that was found is named.
    """
    from ctc_metrics.metrics.biological.bc import raw_division_metrics
    from ctc_metrics.metrics.technical.lnk import lnk
    from ctc_metrics.metrics.technical.tra import tra

    frames = sorted(overlaps)
    ordered = [overlaps[frame] for frame in frames]
    _check(found, [one.found for one in ordered], frames, "result")
    _check(true, [one.true for one in ordered], frames, "truth")
    if not any(len(one.true) for one in ordered):
        return dict.fromkeys(("tra", "lnk", "division_precision", "division_recall", "division_f1"))
    tables = [table_of(tracks, frames) for tracks in (true, found)]
    matches = [matches_of(one) for one in ordered]
    operations = _operations(ordered, tables, matches)
    hit, invented, missed = raw_division_metrics(
        tables[1], tables[0], [one for one, _ in matches], [other for _, other in matches], LATE
    )
    return {
        "tra": float(tra(**operations)[0]),
        "lnk": float(lnk(**operations)) if operations["num_edges"] else None,
        "division_precision": hit / (hit + invented) if hit + invented else None,
        "division_recall": hit / (hit + missed) if hit + missed else None,
        "division_f1": 2 * hit / (2 * hit + invented + missed) if hit + missed else None,
    }


def _check(
    tracks: Tracks, labels: Sequence[npt.NDArray[np.integer]], frames: Sequence[int], which: str
) -> None:
    presence: Presence = {}
    for frame, there in zip(frames, labels, strict=True):
        for label in there.tolist():
            presence.setdefault(label, []).append(frame)
    problems = table_problems([(f"track {row.label}", row) for row in tracks.rows])
    if problems := problems or mask_problems(tracks, presence, frames):
        raise CTCFormatError(
            f"tracks of the {which}: {'; '.join(problems)}; fix the table, or evaluate the labels alone"
        )


def table_of(tracks: Tracks, frames: Sequence[int]) -> npt.NDArray[np.int64]:
    """Rows L B E P with indices for frame numbers, as the package takes them.

    Parameters
    ----------
    tracks : Tracks
    frames : sequence of int
        Numbers, rising; each track begins and ends in one of them.

    Returns
    -------
    ndarray, (N, 4), int64
    """
    index = {frame: i for i, frame in enumerate(frames)}
    rows = [(row.label, index[row.begin], index[row.end], row.parent) for row in tracks.rows]
    return np.array(rows, np.int64).reshape(-1, 4)


def matches_of(overlap: Overlap) -> tuple[list[int], list[int]]:
    """True labels and, beside each, the label that covers it.

    Parameters
    ----------
    overlap : Overlap

    Returns
    -------
    tuple of two lists of int
    """
    pairs = overlap.pairs[covering(overlap)]
    return overlap.true[pairs[:, 0]].tolist(), overlap.found[pairs[:, 1]].tolist()


def _operations(
    overlaps: Sequence[Overlap],
    tables: Sequence[npt.NDArray[np.int64]],
    matches: Matches,
) -> dict[str, Any]:
    from ctc_metrics.utils.representations import count_acyclic_graph_correction_operations

    true = [one.true.astype(np.int64) for one in overlaps]
    found = [one.found.astype(np.int64) for one in overlaps]
    if not any(map(len, found)):  # the package takes a maximum, which an empty result has not
        nothing = {"NS": 0, "FP": 0, "ED": 0, "EC": 0}
        edges = int(np.sum(tables[0][:, 2] - tables[0][:, 1]) + np.count_nonzero(tables[0][:, 3]))
        vertices = sum(map(len, true))
        return nothing | {"FN": vertices, "EA": edges, "num_vertices": vertices, "num_edges": edges}
    return dict(
        count_acyclic_graph_correction_operations(
            *tables, true, found, [one for one, _ in matches], [other for _, other in matches]
        )
    )
