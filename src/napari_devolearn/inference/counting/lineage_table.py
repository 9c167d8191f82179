"""Counts of the founder lineages in frames, and their table, with each frame alone or decoded together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from napari_devolearn._types import Array, Floats, Mask
from napari_devolearn.exceptions import warn_caller
from napari_devolearn.lineage.decoding.decode import SHORTEST
from napari_devolearn.lineage.decoding.decode import decode as decode_counts
from napari_devolearn.lineage.decoding.reference import load_reference
from napari_devolearn.lineage.decoding.states import possible_counts
from napari_devolearn.lineage.founders import FOUNDERS

if TYPE_CHECKING:
    import pandas as pd

_ENDED = (
    "from frame {first} on, the embryo is older than those of the reference (about 370 cells); "
    "the decoded counts and ages stay at its end and are not trusted"
)


_MISFIT = 1.0
"""Misfit above which the frames do not follow the development of an embryo: held-out embryos are below 0.8,
reversed or shuffled movies above 3."""


class FrameCounts(NamedTuple):
    """Counts of one frame.

    `frame`: from 0.
    `counts`: (7,), float64: cells of each founder lineage, in the order of ``FOUNDERS``, not rounded; zeros
    if no embryo was found.
    `trusted`: whether the predictions for the mirrored views agree.
    """

    frame: int
    counts: Floats
    trusted: bool


def counts_table(frames: Sequence[FrameCounts], *, decode: bool = True) -> pd.DataFrame:
    """Make the table of counts.

    Columns frame, AB, E, MS, P, C, D, Z, total, trusted, measured, age, raw_AB .. raw_Z, raw_total. E
    includes EMS until it divides. Frames without a detected embryo are not measured, and their raw counts are
    0. Between two measured frames, decoding gives their age and counts; if the movie is not decoded, their
    counts are interpolated. Elsewhere they have zeros and no age. Frames are not trusted if the network is
    uncertain, if they are not measured, if their decoded total is less than half or more than twice their raw
    total, or if their age reaches the end of the reference.

    `decode`: decode the frames together, if at least 8 are trusted and they follow the development of an
    embryo.
    """
    import pandas as pd

    raw = np.array([frame.counts for frame in frames]).reshape(-1, len(FOUNDERS))
    measured: Mask = np.asarray(raw.any(axis=1))
    trusted = np.array([frame.trusted for frame in frames], bool) & measured
    known = pd.DataFrame(np.where(measured[:, None], raw, np.nan)).interpolate(limit_area="inside")
    between: Mask = known.notna().all(axis=1).to_numpy()  # the measured frames, and all between two of them
    age, counts = np.full(len(frames), np.nan), known.fillna(0).to_numpy() if decode else raw
    found = decode_counts(raw, load_reference(), trusted) if decode and trusted.sum() >= SHORTEST else None
    if found is not None and found.misfit < _MISFIT:
        age = np.where(between, found.age, np.nan)
        counts = np.where(between[:, None], possible_counts(found.counts), 0)
        ended: Mask = between & (found.age >= load_reference().age[-1])
        if ended.any():
            warn_caller(_ENDED.format(first=frames[int(ended.argmax())].frame))
        ratio = np.log1p(raw.sum(axis=1)) - np.log1p(counts.sum(axis=1))
        trusted = trusted & ~ended & (np.abs(ratio) < np.log(2))
    columns: dict[str, Array] = {"frame": np.array([frame.frame for frame in frames], int)}
    columns |= _whole_cells(counts, "") | {"trusted": trusted, "measured": measured, "age": age}
    return pd.DataFrame(columns | _whole_cells(raw, "raw_"))


def _whole_cells(counts: Floats, prefix: str) -> dict[str, Array]:
    """Rounded counts by column, and their sum, so that the total is that of the columns."""
    whole = np.rint(np.maximum(counts, 0)).astype(np.int64)
    columns = {prefix + name: whole[:, i] for i, name in enumerate(FOUNDERS)}
    return columns | {f"{prefix}total": whole.sum(axis=1)}
