"""Errors of founder lineage counts against ground truth: of the total and of each lineage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from napari_devolearn.exceptions import ParameterError
from napari_devolearn.lineage.founders import DEVOLEARN_NAMES, FOUNDERS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class CountScores:
    """Errors of counts against ground truth.

    `frames`: number of compared frames.
    `total_error`: mean over frames of ``|total - true total| / true total``, in percent.
    `lineage_error`: mean over frames and lineages of ``|n - true n|``, in cells.
    `by_lineage`: mean over frames of ``|n - true n|`` of each lineage, in cells.
    """

    frames: int
    total_error: float
    lineage_error: float
    by_lineage: dict[str, float]


def score_counts(found: pd.DataFrame, truth: pd.DataFrame) -> CountScores:
    """Compare two tables of counts by frame.

    Columns: frame, AB, E, MS, P, C, D, Z and total. Only frames of `truth` are compared; its total is
    optional. DevoLearn's columns A and M are read as AB and MS.
    Raises ParameterError if columns are missing, a frame of `truth` has no row or several, or its total is 0;
    the message lists every problem.
    """
    found, truth = (table.rename(columns=DEVOLEARN_NAMES) for table in (found, truth))
    columns = ["frame", *FOUNDERS]
    problems = [
        f"{name}: no column {', '.join(missing)}"
        for name, table in (("found", found), ("truth", truth))
        if (missing := [column for column in columns if column not in table.columns])
    ]
    if not problems:
        problems = _frame_problems(found, truth)
    if problems:
        raise ParameterError("counts: " + "; ".join(problems) + "; correct the tables")
    predicted = found.set_index("frame").loc[truth["frame"], list(FOUNDERS)].to_numpy(np.float64)
    true = truth[list(FOUNDERS)].to_numpy(np.float64)
    total = truth["total"].to_numpy(np.float64) if "total" in truth.columns else true.sum(axis=1)
    error = np.abs(predicted - true)
    return CountScores(
        frames=len(true),
        total_error=float(100 * np.mean(np.abs(predicted.sum(axis=1) - total) / total)),
        lineage_error=float(error.mean()),
        by_lineage=dict(zip(FOUNDERS, error.mean(axis=0).tolist(), strict=True)),
    )


def _frame_problems(found: pd.DataFrame, truth: pd.DataFrame) -> list[str]:
    problems = []
    for name, table in (("found", found), ("truth", truth)):
        if twice := table["frame"][table["frame"].duplicated()].unique().tolist():
            problems.append(f"{name}: several rows for frames {twice}")
    if missing := sorted(set(truth["frame"]) - set(found["frame"])):
        problems.append(f"found: no row for frames {missing} of the ground truth")
    empty = truth["frame"][truth[list(FOUNDERS)].sum(axis=1) == 0].tolist()
    if empty or not len(truth):
        problems.append(f"truth: no cells in frames {empty}" if empty else "truth: no frames")
    return problems
