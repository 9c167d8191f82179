"""TRA, LNK, division scores and wrong divisions by the Cell Tracking Challenge (CTC), with py-ctcmetrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.ctc import covering
from napari_devolearn.evaluation.overlap import Overlap, Scores, ratio
from napari_devolearn.exceptions import CTCFormatError
from napari_devolearn.io.ctc.tracktable import mask_problems, track_problems
from napari_devolearn.lineage.tracks import Presence, Tracks, note_labels

_Matches = tuple[list[list[int]], list[list[int]]]
"""True labels of each frame and, in the same order, the labels that cover them."""

_LATE = 1  # number of frames by which a division may differ from the true one and still match it
_MOST = 3  # problems of a track table that an error lists


def tracking_scores(overlaps: Mapping[int, Overlap], found: Tracks, true: Tracks) -> Scores:
    """Score tracks against the ground truth.

    `overlaps`: one per frame of the tables, by frame number; tracks and overlaps use the same labels.
    ``tra`` and ``lnk`` are 1 minus the cost of correcting the graph of objects and links, or only its links,
    relative to the cost of creating it (Matula et al. 2015, PLoS ONE 10, e0144959). ``division_precision``,
    ``division_recall`` and ``division_f1`` count divisions with the same mother and daughters, at most one
    frame apart (BC(1) of Ulman et al. 2017, Nature Methods 14, 1141). Scores are None if the ground truth has
    no object, link or division.
    Raises CTCFormatError if a table contradicts its masks; the message lists every problem.
    """
    from ctc_metrics.metrics.biological.bc import raw_division_metrics
    from ctc_metrics.metrics.technical.lnk import lnk
    from ctc_metrics.metrics.technical.tra import tra

    frames = sorted(overlaps)
    ordered = [overlaps[frame] for frame in frames]
    _check(found, [one.predicted for one in ordered], frames, "result")
    _check(true, [one.ground_truth for one in ordered], frames, "ground truth")
    if not any(len(one.ground_truth) for one in ordered):
        return dict.fromkeys(("tra", "lnk", "division_precision", "division_recall", "division_f1"))
    tables = [_table_of(tracks, frames) for tracks in (true, found)]
    matches = _matches_of(ordered)
    operations = _operations(ordered, tables, matches)
    true_positives, false_positives, false_negatives = raw_division_metrics(
        tables[1], tables[0], *matches, _LATE
    )
    divisions = true_positives + false_negatives
    return {
        "tra": float(tra(**operations)[0]),
        "lnk": float(lnk(**operations)) if operations["num_edges"] else None,
        "division_precision": ratio(true_positives, true_positives + false_positives),
        "division_recall": ratio(true_positives, divisions),
        "division_f1": ratio(2 * true_positives, true_positives + false_positives + divisions)
        if divisions
        else None,
    }


def _check(
    tracks: Tracks, labels: Sequence[npt.NDArray[np.integer]], frames: Sequence[int], which: str
) -> None:
    presence: Presence = {}
    for frame, present in zip(frames, labels, strict=True):
        note_labels(presence, frame, present)
    if problems := track_problems(tracks) or mask_problems(tracks, presence, frames):
        more = [f"{len(problems) - _MOST} more"] if len(problems) > _MOST else []
        listed = "; ".join([*problems[:_MOST], *more])
        raise CTCFormatError(
            f"tracks of the {which}: {listed}; correct the table, or evaluate only the labels"
        )


def _table_of(tracks: Tracks, frames: Sequence[int]) -> npt.NDArray[np.int64]:
    """Rows L B E P, (N, 4) int64, with frame indices instead of numbers, as py-ctcmetrics expects.

    `frames`: ascending; every track begins and ends in one of them.
    """
    index = {frame: i for i, frame in enumerate(frames)}
    rows = [(row.label, index[row.begin], index[row.end], row.parent) for row in tracks.rows]
    return np.array(rows, np.int64).reshape(-1, 4)


def _matches_of(overlaps: Sequence[Overlap]) -> _Matches:
    """Match labels by the challenge's rule, in one frame per overlap."""
    pairs = [one.pairs[covering(one)].T for one in overlaps]
    frames = list(zip(overlaps, pairs, strict=True))
    return (
        [one.ground_truth[true].tolist() for one, (true, _) in frames],
        [one.predicted[found].tolist() for one, (_, found) in frames],
    )


def _operations(
    overlaps: Sequence[Overlap], tables: Sequence[npt.NDArray[np.int64]], matches: _Matches
) -> dict[str, Any]:
    from ctc_metrics.utils.representations import count_acyclic_graph_correction_operations

    true = [one.ground_truth.astype(np.int64) for one in overlaps]
    found = [one.predicted.astype(np.int64) for one in overlaps]
    if any(map(len, found)):
        return dict(count_acyclic_graph_correction_operations(*tables, true, found, *matches))
    # the package takes a maximum, which fails for an empty result
    edges = int(np.sum(tables[0][:, 2] - tables[0][:, 1]) + np.count_nonzero(tables[0][:, 3]))
    vertices = sum(map(len, true))
    no_errors = {"NS": 0, "FP": 0, "ED": 0, "EC": 0}
    return no_errors | {"FN": vertices, "EA": edges, "num_vertices": vertices, "num_edges": edges}


class WrongDivisions(NamedTuple):
    """Mothers of wrong divisions: tracks of the ground truth and of the result."""

    false_negatives: tuple[int, ...]
    false_positives: tuple[int, ...]


def wrong_divisions(overlaps: Mapping[int, Overlap], found: Tracks, true: Tracks) -> WrongDivisions:
    """Divisions without a partner on the other side, by the rule of `tracking_scores`.

    `overlaps`: one per frame of the tables, by frame number.
    """
    frames = sorted(overlaps)
    matches = _matches_of([overlaps[frame] for frame in frames])
    of_true = [_division(true, mother, frames) for mother in true.divisions()]
    of_found = [_division(found, mother, frames) for mother in found.divisions()]
    partners = [(one, other) for one in of_true for other in of_found if _agree(one, other, matches)]
    with_partner = [{int(pair[side][0, 0]) for pair in partners} for side in (0, 1)]
    return WrongDivisions(
        tuple(mother for mother in true.divisions() if mother not in with_partner[0]),
        tuple(mother for mother in found.divisions() if mother not in with_partner[1]),
    )


def _division(tracks: Tracks, mother: int, frames: Sequence[int]) -> npt.NDArray[np.int64]:
    """Rows L B E P of a mother (first) and her daughters."""
    family = {mother, *tracks.children(mother)}
    rows = sorted((row for row in tracks.rows if row.label in family), key=lambda row: row.label != mother)
    return _table_of(Tracks((rows[0]._replace(parent=0), *rows[1:])), frames)


def _agree(true: npt.NDArray[np.int64], found: npt.NDArray[np.int64], matches: _Matches) -> bool:
    from ctc_metrics.metrics.biological.bc import raw_division_metrics

    if abs(int(true[0, 2]) - int(found[0, 2])) > _LATE:
        return False
    return bool(raw_division_metrics(found, true, *matches, _LATE)[0])
