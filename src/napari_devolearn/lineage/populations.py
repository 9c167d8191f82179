"""Populations: number of cells of each founder lineage over the frames of a movie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Floats, Mask
from napari_devolearn.exceptions import ParameterError, refuse
from napari_devolearn.lineage.founders import DEVOLEARN_NAMES, FOUNDERS

if TYPE_CHECKING:
    import pandas as pd

Source = Literal["model", "tracks"]

SERIES: tuple[str, ...] = (*FOUNDERS, "total")
"""Counted lineages and the total, in the order of columns and legends."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Populations:
    """Counts over the frames of one movie.

    `name`: name of the movie.
    `frame`: (T,), int: ascending, from 0.
    `counts`: (T, 8), float64: cells of each lineage and in total, in the order of `SERIES`.
    `source`: counted by a network in the image ("model"), or from named tracks.
    `minutes`: minutes between frames, if known.
    `trusted`: (T,), bool: False in uncertain frames; by default all are True.
    `measured`: (T,), bool: False if no embryo was found in the frame: its counts are derived from its
    neighbours, or are 0.
    `raw`: (T, 8), float64: counts of single frames, if `counts` were decoded from all frames.
    `age`: (T,), float64: minutes since AB divided, NaN if unknown.
    Raises ParameterError if the shapes of the arrays do not match; the message lists all wrong ones.
    """

    name: str
    frame: npt.NDArray[np.int64]
    counts: Floats
    source: Source = "model"
    minutes: float | None = None
    trusted: Mask | None = None
    measured: Mask | None = None
    raw: Floats | None = None
    age: Floats | None = None

    def __post_init__(self) -> None:
        frames = len(self.frame)
        expected = {
            "counts": (frames, len(SERIES)),
            "trusted": (frames,),
            "measured": (frames,),
            "raw": (frames, len(SERIES)),
            "age": (frames,),
        }
        found = {name: value.shape for name in expected if (value := getattr(self, name)) is not None}
        checks = (
            *(
                (found[name] != expected[name], f"{name} is {found[name]}, not {expected[name]}")
                for name in found
            ),
            (bool((np.diff(self.frame) <= 0).any()), "frame is not ascending"),
            (self.source not in get_args(Source), f"source {self.source!r} is not one of {get_args(Source)}"),
        )
        refuse(f"populations of {self.name}", checks, remedy="give arrays of matching shapes")

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def time(self) -> Floats:
        """(T,): minutes if known, otherwise frames."""
        return np.asarray(self.frame * (self.minutes or 1.0), np.float64)

    @property
    def own_counts(self) -> Floats:
        """(T, 8): counts of single frames, NaN if not measured."""
        own = self.counts if self.raw is None else self.raw
        return own if self.measured is None else np.where(self.measured[:, None], own, np.nan)

    def row_of(self, frame: int) -> int | None:
        """Index of a frame; None if it was not counted."""
        row = int(np.searchsorted(self.frame, frame))
        return row if row < len(self) and self.frame[row] == frame else None


def populations_from_counts(table: pd.DataFrame, name: str) -> Populations:
    """Populations from known counts, such as those of named tracks, for a plot next to a model's.

    `table`: columns frame, AB, E, MS, P, C, D, Z (or DevoLearn's A and M for AB and MS), and optionally
    total, which may include unnamed cells; by default it is their sum.
    Raises ParameterError if a column is missing, or the frames are not ascending.
    """
    table = table.rename(columns=DEVOLEARN_NAMES)
    missing = [column for column in ("frame", *FOUNDERS) if column not in table.columns]
    if missing:
        raise ParameterError(
            f"counts of {name}: no column {', '.join(missing)}; name them frame, AB, E, MS, P, C, D, Z"
        )
    seven = table[list(FOUNDERS)].to_numpy(np.float64)
    total = table["total"].to_numpy(np.float64) if "total" in table.columns else seven.sum(axis=1)
    return Populations(
        name=name,
        frame=table["frame"].to_numpy(np.int64),
        counts=np.column_stack([seven, total]),
        source="tracks",
    )


def populations_from_table(
    table: pd.DataFrame, name: str, *, decoded: bool = True, minutes: float | None = None
) -> Populations:
    """Populations from the table of a lineage model.

    `table`: columns frame, AB .. total, trusted, measured, age, raw_AB .. raw_total.
    `decoded`: if false, use the counts of single frames.
    `minutes`: between frames.
    """

    def columns(prefix: str) -> Floats:
        return np.asarray(table[[prefix + series for series in SERIES]], np.float64)

    return Populations(
        name=name,
        frame=table["frame"].to_numpy(np.int64),
        counts=columns("" if decoded else "raw_"),
        minutes=minutes,
        trusted=table["trusted"].to_numpy(bool),
        measured=table["measured"].to_numpy(bool),
        raw=columns("raw_") if decoded else None,
        age=table["age"].to_numpy(np.float64),
    )
