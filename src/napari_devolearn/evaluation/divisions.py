"""False negative and false positive divisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.overlap import Overlap
from napari_devolearn.evaluation.tracking import LATE, Matches, matches_of, table_of
from napari_devolearn.lineage.tracks import Tracks

Table = npt.NDArray[np.int64]


class WrongDivisions(NamedTuple):
    """Mothers of wrong divisions: tracks of the ground truth and of the result."""

    false_negatives: tuple[int, ...]
    false_positives: tuple[int, ...]


def wrong_divisions(overlaps: Mapping[int, Overlap], found: Tracks, true: Tracks) -> WrongDivisions:
    """Divisions without a partner on the other side, by the rule of `tracking_scores`.

    `overlaps`: one per frame of the tables, by frame number.
    """
    frames = sorted(overlaps)
    matches = [matches_of(overlaps[frame]) for frame in frames]
    of_true = [_division(true, mother, frames) for mother in true.divisions()]
    of_found = [_division(found, mother, frames) for mother in found.divisions()]
    partners = [(one, other) for one in of_true for other in of_found if _agree(one, other, matches)]
    with_partner = [{int(pair[side][0, 0]) for pair in partners} for side in (0, 1)]
    return WrongDivisions(
        tuple(mother for mother in true.divisions() if mother not in with_partner[0]),
        tuple(mother for mother in found.divisions() if mother not in with_partner[1]),
    )


def _division(tracks: Tracks, mother: int, frames: Sequence[int]) -> Table:
    """Rows L B E P of a mother (first) and her daughters."""
    family = {mother, *tracks.children(mother)}
    rows = sorted((row for row in tracks.rows if row.label in family), key=lambda row: row.label != mother)
    return table_of(Tracks((rows[0]._replace(parent=0), *rows[1:])), frames)


def _agree(true: Table, found: Table, matches: Matches) -> bool:
    from ctc_metrics.metrics.biological.bc import raw_division_metrics

    if abs(int(true[0, 2]) - int(found[0, 2])) > LATE:
        return False
    sides = [one for one, _ in matches], [other for _, other in matches]
    return bool(raw_division_metrics(found, true, *sides, LATE)[0])
