"""Founder lineage counts over time from named tracks, for the populations plot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from napari_devolearn.lineage.founders import FOUNDERS, founder
from napari_devolearn.lineage.naming.track_names import Name
from napari_devolearn.lineage.tracks import Tracks

if TYPE_CHECKING:
    import pandas as pd


def counts_of_tracks(tracks: Tracks, names: Mapping[int, Name]) -> pd.DataFrame:
    """Count the cells of each founder lineage in each frame; unnamed tracks count only in the total.

    Columns: frame, AB, E, MS, P, C, D, Z, total; one row per frame from the first to the last.
    """
    import pandas as pd

    columns = ["frame", *FOUNDERS, "total"]
    if not tracks.rows:
        return pd.DataFrame(columns=columns, dtype=np.int64)
    first, last = min(row.begin for row in tracks.rows), max(row.end for row in tracks.rows)
    counts = np.zeros((last - first + 1, len(columns)), np.int64)
    counts[:, 0] = np.arange(first, last + 1)
    for row in tracks.rows:
        span = slice(row.begin - first, row.end - first + 1)
        lineage = founder(names[row.label].name) if row.label in names else None
        counts[span, -1] += 1
        if lineage is not None:
            counts[span, columns.index(lineage)] += 1
    return pd.DataFrame(counts, columns=columns)
