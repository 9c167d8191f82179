"""Counts of frames as the table that people get, each frame alone or decoded together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_devolearn.lineage.decode import SHORTEST
from napari_devolearn.lineage.decode import decode as decode_counts
from napari_devolearn.lineage.founders import FOUNDERS
from napari_devolearn.lineage.reference import load_reference

if TYPE_CHECKING:
    import pandas as pd

    from napari_devolearn.inference.counting.lineage import FrameCounts

_MISFIT = 1.0
"""Misfit from which the frames show no development: held-out embryos stay below 0.8, a movie in reverse
or in no order is above 3."""


def counts_table(frames: Sequence[FrameCounts], *, decode: bool = True) -> pd.DataFrame:
    """Make the table of counts.

    Parameters
    ----------
    frames : sequence of FrameCounts
    decode : bool
        Decode the frames together where at least 8 can be trusted and they follow a real embryo's
        development.

    Returns
    -------
    DataFrame
        Columns frame, A, E, M, P, C, D, Z, total, trusted, age, raw_A .. raw_Z, raw_total. Frames in
        which nothing stands out have zeros. Not to be trusted are, besides those that the network
        doubts, frames decoded to half or twice their own total, and those as old as the oldest of the
        reference or older.
    """
    import pandas as pd

    raw = np.array([frame.counts for frame in frames]).reshape(-1, len(FOUNDERS))
    trusted = np.array([frame.trusted for frame in frames], bool)
    age, counts = np.full(len(frames), np.nan), raw
    found = decode_counts(raw, load_reference(), trusted) if decode and trusted.sum() >= SHORTEST else None
    if found is not None and found.misfit < _MISFIT:
        shown: npt.NDArray[np.bool_] = np.asarray(raw.any(axis=1))
        age, counts = np.where(shown, found.age, np.nan), np.where(shown[:, None], found.counts, 0)
        trusted = trusted & (found.age < load_reference().age[-1]) & _agree(raw, counts)
    columns: dict[str, npt.NDArray[np.generic]] = {"frame": np.array([frame.frame for frame in frames], int)}
    columns |= _whole_cells(counts, "") | {"trusted": trusted, "age": age} | _whole_cells(raw, "raw_")
    return pd.DataFrame(columns)


def _agree(raw: npt.NDArray[np.float64], counts: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether a frame's own total lies between half and twice the decoded one."""
    ratio = np.log1p(raw.sum(axis=1)) - np.log1p(counts.sum(axis=1))
    agree: npt.NDArray[np.bool_] = np.abs(ratio) < np.log(2)
    return agree


def _whole_cells(counts: npt.NDArray[np.float64], prefix: str) -> dict[str, npt.NDArray[np.generic]]:
    """Rounded counts by column, and their sum, so that the total is that of the columns."""
    whole = np.rint(np.maximum(counts, 0)).astype(np.int64)
    columns = {prefix + letter: whole[:, i] for i, letter in enumerate(FOUNDERS)}
    return columns | {f"{prefix}total": whole.sum(axis=1)}
