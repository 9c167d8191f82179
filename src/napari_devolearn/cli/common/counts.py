"""Compare two tables of founder lineage counts."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn.cli.common.arguments import opening
from napari_devolearn.exceptions import ParameterError
from napari_devolearn.io.core.gaps import frames_within
from napari_devolearn.io.core.separator import separator_of
from napari_devolearn.io.rle.kaggle import is_kaggle_table
from napari_devolearn.lineage.founders import DEVOLEARN_NAMES, FOUNDERS

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS = ("frame", *FOUNDERS, *DEVOLEARN_NAMES, "total")


def is_counts(path: Path) -> bool:
    """Whether a path is a table of counts, not of run-length masks."""
    return path.suffix.lower() == ".csv" and not is_kaggle_table(path)


def evaluate_counts(arguments: argparse.Namespace) -> dict[str, Any]:
    """Compare two tables, print the errors, and return them for JSON.

    `arguments`: ``result``, ``truth``, ``frames`` and ``per_frame``.
    Raises ParameterError if one is not a table of counts, or they do not match.
    """
    from napari_devolearn.evaluation.counts import score_counts

    if not (is_counts(arguments.result) and is_counts(arguments.truth)):
        raise ParameterError(
            f"{arguments.result}, {arguments.truth}: only one of the two is a table of counts; give two "
            "tables (.csv), or two sets of labels"
        )
    tif_options = any(value is not None for value in opening(arguments).values())
    if arguments.per_frame or arguments.csv or tif_options:
        raise ParameterError(
            "--per-frame, --csv, --axes, --channel and --series are only for labels; omit them for counts"
        )
    found, truth = _read(arguments.result), _read(arguments.truth)
    truth = truth[truth["frame"].isin(frames_within(truth["frame"], arguments.frames))]
    scores = score_counts(found, truth)
    print(f"{arguments.result} against {arguments.truth}, {scores.frames} frames")
    print(f"{'total_error':<15}{scores.total_error:>7.1f}  percent of the true total, mean over frames")
    print(f"{'lineage_error':<15}{scores.lineage_error:>7.2f}  cells, mean over frames and lineages")
    for founder, error in scores.by_lineage.items():
        print(f"{founder:<15}{error:>7.2f}  cells, mean over frames")
    return {"result": str(arguments.result), "truth": str(arguments.truth), **asdict(scores)}


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    separator = separator_of(path)
    try:
        table = pd.read_csv(path, sep=separator, decimal="," if separator == ";" else ".")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path}: not a table ({error}); save it as comma-separated text") from error
    if not isinstance(table.index, pd.RangeIndex):
        raise ParameterError(f"{path}: rows have more columns than the header; correct the table")
    if "frame" not in table.columns:
        raise ParameterError(f"{path}: missing column 'frame'; give a table that 'lineage' wrote")
    present = [name for name in table.columns if name in _NUMBERS]
    numbers = table[present].apply(pd.to_numeric, errors="coerce")
    wrong = numbers.isna()
    if wrong.any(axis=None):
        columns = ", ".join(numbers.columns[wrong.any()])
        lines = (numbers.index[wrong.any(axis=1)] + 2).tolist()
        raise ParameterError(f"{path}: not a number in column {columns}, lines {lines}; correct the table")
    return table.assign(**numbers)
