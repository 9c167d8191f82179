"""Scores as a text table, CSV and JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from napari_devolearn.evaluation.compare import FramePair
from napari_devolearn.evaluation.overlap import Overlap, Scores, known, slice_scores
from napari_devolearn.evaluation.report import MEANINGS, Report
from napari_devolearn.io.writing.atomic import atomic_file, atomic_text

_MOVIE_SCORES = ("tra", "lnk", "op_csb", "op_ctb", "division_precision", "division_recall", "division_f1")
"""Scores of movies, undefined for single frames."""

_COLUMNS = (
    "iou",
    "dice",
    "seg",
    "det",
    "f1",
    "ground_truth",
    "predicted",
    "false_negatives",
    "false_positives",
    "split",
    "merged",
)


def format_total(scores: Scores) -> str:
    """One line per score, with its description."""
    return "\n".join(f"{name:<19}{_text(scores[name]):>7}  {MEANINGS[name]}" for name in MEANINGS)


def format_frames(frames: Mapping[int, Scores]) -> str:
    """One line per frame."""
    rows = [["frame", *_COLUMNS]]
    rows += [[str(t), *(_text(scores[name]) for name in _COLUMNS)] for t, scores in frames.items()]
    return "\n".join(" ".join(f"{cell:>8}" for cell in row) for row in rows)


def save_scores(path: Path, report: Report, *, overwrite: bool = False) -> None:
    """Write all scores as JSON, or the scores of each frame as CSV if the name ends in ``.csv``.

    Raises OutputExistsError or OutputError if the file exists and `overwrite` is false, or cannot be written.
    """
    if path.suffix.lower() == ".csv":
        write_csv(path, report.frames, overwrite=overwrite)
    else:
        write_json(path, as_json(report), overwrite=overwrite)


def write_csv(path: Path, frames: Mapping[int, Scores], *, overwrite: bool = False) -> None:
    """Write one row per frame, without movie scores; undefined scores are empty.

    Errors as in `save_scores`.
    """
    names = [name for name in MEANINGS if name not in _MOVIE_SCORES]
    with atomic_text(path, overwrite=overwrite) as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["frame", *names])
        rows.writerows([frame, *(scores[name] for name in names)] for frame, scores in frames.items())


def write_json(path: Path, scores: Mapping[str, Any], *, overwrite: bool = False) -> None:
    """Write scores, for example from `as_json`; undefined ones are ``null``. Errors as in `save_scores`."""
    with atomic_file(path, overwrite=overwrite) as stage:
        stage.write_text(json.dumps(scores, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def as_json(report: Report) -> dict[str, Any]:
    """The report as a JSON object: paths, ``total`` and ``frames`` with their ``slices``."""
    slices = {pair.truth: _slices(pair, overlap) for pair, overlap in report.shapes.items()}
    return {
        "result": str(report.result),
        "truth": str(report.truth),
        "markers": str(report.markers) if report.markers else None,
        "total": report.total,
        "frames": [
            {"frame": t, **scores, "slices": slices.get(t, [])} for t, scores in report.frames.items()
        ],
    }


def _slices(pair: FramePair, overlap: Overlap) -> list[dict[str, Any]]:
    numbers: Iterable[int] = range(len(overlap.slices)) if pair.planes is None else pair.planes
    scored = zip(numbers, *slice_scores(overlap.slices), strict=True)
    return [{"slice": z, "iou": known(iou), "dice": known(dice)} for z, iou, dice in scored]


def _text(score: float | None) -> str:
    if score is None:
        return "-"
    return str(score) if isinstance(score, int) else f"{score:.3f}"
