"""The corrections of the Correct tracks dock, one for each button."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from napari_devolearn.tracking.corrections.edit import Corrections


class Request(NamedTuple):
    """Input of a correction: labels, which are also track IDs, in a frame."""

    frame: int  # current frame, as an index along T
    first: int
    second: int
    name: str  # of a cell


class Edit(NamedTuple):
    """A correction."""

    tooltip: str
    # changes the corrections, or raises EditError and changes nothing
    change: Callable[[Corrections, Request], object]


def _split(corrections: Corrections, request: Request) -> None:
    """Cut at the middle of the longest axis."""
    at = np.argwhere(corrections.labels[request.frame] == request.first)
    middle = at.mean(axis=0) if len(at) else np.zeros(corrections.labels.ndim - 1)
    longest = np.linalg.svd(at - middle, full_matrices=False)[2][0] if len(at) > 1 else middle
    corrections.split(request.frame, request.first, (middle - longest).tolist(), (middle + longest).tolist())


def _divide(corrections: Corrections, request: Request) -> None:
    """Add a division; if the mother's own track continues, its rest is the other daughter."""
    mother, daughter = request.first, request.second
    rows = {row.label: row for row in corrections.tracks.rows}
    sisters = [child for child in corrections.tracks.children(mother) if child != daughter]
    goes_on = mother in rows and daughter in rows and rows[mother].end >= rows[daughter].begin
    other = mother if goes_on or not sisters else sisters[0]
    corrections.add_division(mother, (other, daughter))


EDITS: dict[str, Edit] = {
    "Merge": Edit(
        "In this frame, the second object becomes part of the first. The second track then ends before this "
        "frame; if it continues after this frame, it gets a new track ID.",
        lambda c, r: c.merge(r.frame, r.first, r.second),
    ),
    "Split": Edit("In this frame, cut the first object in two, across its longest axis.", _split),
    "Relabel": Edit(
        "In this frame, the first object belongs to the track with the second ID.",
        lambda c, r: c.relabel(r.frame, r.first, r.second),
    ),
    "Link": Edit(
        "The first track continues as the second: both become one track.",
        lambda c, r: c.link(r.first, r.second),
    ),
    "Unlink": Edit(
        "From this frame on, the first object is a new track.", lambda c, r: c.unlink(r.first, r.frame)
    ),
    "Add division": Edit("The first track divides where the second begins.", _divide),
    "Remove division": Edit("The first track does not divide.", lambda c, r: c.remove_division(r.first)),
    "Set name": Edit(
        "Give the first track the cell name above; its daughters are named after it.",
        lambda c, r: c.name(r.first, r.name),
    ),
}
