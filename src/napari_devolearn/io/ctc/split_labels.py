"""Split labels that leave and return, since tracks of the Cell Tracking Challenge have no gaps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, groupby
from pathlib import Path

from napari_devolearn.exceptions import TooManyLabelsError, warn_caller
from napari_devolearn.lineage.tracks import Presence, Track, Tracks

MAX_LABEL = 65535

Renames = dict[int, dict[int, int]]
"""By frame number: labels to rename, old to new."""


def split_gaps(presence: Presence, frames: Sequence[int], folder: Path) -> tuple[Tracks, Renames]:
    """Make one row per run of frames; each return gets a new label, with the former one as its parent.

    `frames` are all frame numbers, ascending; `folder` is the result, for messages. Raises TooManyLabelsError
    if this needs a label above 65535.
    """
    highest = max(presence, default=0)
    unused = chain(range(highest + 1, MAX_LABEL + 1), range(1, highest))
    free = (label for label in unused if label not in presence)
    rows: list[Track] = []
    renames: Renames = {}
    for label, found in sorted(presence.items()):
        parent = 0
        for run in (list(run) for inside, run in groupby(frames, set(found).__contains__) if inside):
            current = next(free, 0) if parent else label
            if not current:
                raise TooManyLabelsError(
                    f"{folder}: labels that leave and return need more than {MAX_LABEL} labels; link the "
                    "labels first and pass the tracks, or save as .ome.tif with write_ome_tiff"
                )
            if parent:
                for number in run:
                    renames.setdefault(number, {})[label] = current
            rows.append(Track(current, run[0], run[-1], parent))
            parent = current
    return Tracks(tuple(sorted(rows))), renames


def warn_of_gaps(folder: Path, renames: Renames) -> None:
    """Warn about the labels that `split_gaps` split."""
    split = {label for labels in renames.values() for label in labels}
    if split:
        warn_caller(
            f"{folder}: {len(split)} labels leave and return, which the CTC format does not allow; each "
            "return got a new label, with the former one as its parent"
        )
