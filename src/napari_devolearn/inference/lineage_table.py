"""Counts of frames as the table that people get, each frame alone or decoded together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_devolearn.lineage.decode import SHORTEST, decode
from napari_devolearn.lineage.founders import FOUNDERS
from napari_devolearn.lineage.reference import load_reference

if TYPE_CHECKING:
    import pandas as pd

    from napari_devolearn.inference.lineage import FrameCounts


def counts_table(frames: Sequence[FrameCounts], *, decode: bool = True) -> pd.DataFrame:
    """Make the table of counts.

    Parameters
    ----------
    frames : sequence of FrameCounts
    decode : bool
        Decode the frames together where at least 8 can be trusted.

    Returns
    -------
    DataFrame
        Columns frame, A, E, M, P, C, D, Z, total, trusted, age, raw_A .. raw_Z, raw_total. Frames in
        which nothing stands out have zeros.
    """
    import pandas as pd

    raw = np.array([frame.counts for frame in frames]).reshape(-1, len(FOUNDERS))
    trusted = np.array([frame.trusted for frame in frames], bool)
    age = np.full(len(frames), np.nan)
    counts = raw
    if decode and trusted.sum() >= SHORTEST:
        age, counts = _decoded(raw, trusted)
    columns: dict[str, npt.NDArray[np.generic]] = {"frame": np.array([frame.frame for frame in frames], int)}
    columns |= _whole_cells(counts, "") | {"trusted": trusted, "age": age} | _whole_cells(raw, "raw_")
    return pd.DataFrame(columns)


def _decoded(
    raw: npt.NDArray[np.float64], trusted: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    found = decode(raw, load_reference(), trusted)
    shown = raw.sum(axis=1) > 0
    return np.where(shown, found.age, np.nan), np.where(shown[:, None], found.counts, 0)


def _whole_cells(counts: npt.NDArray[np.float64], prefix: str) -> dict[str, npt.NDArray[np.generic]]:
    """Rounded counts by column, and their sum, so that the total is that of the columns."""
    whole = np.rint(np.maximum(counts, 0)).astype(np.int64)
    columns = {prefix + letter: whole[:, i] for i, letter in enumerate(FOUNDERS)}
    return columns | {f"{prefix}total": whole.sum(axis=1)}
