"""``napari-devolearn evaluate``: compare labels or lineage counts with ground truth."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn.cli.common.arguments import FILE_OPTIONS, add_shared, opening
from napari_devolearn.cli.common.counts import evaluate_counts, is_counts
from napari_devolearn.cli.common.progress import watched
from napari_devolearn.exceptions import ParameterError, RLEFormatError
from napari_devolearn.io.core.tif_names import is_tif_name
from napari_devolearn.io.writing.target import check_target

if TYPE_CHECKING:
    from napari_devolearn.io.core.stack import Stack


def add_subcommand(subcommands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subcommands.add_parser(
        "evaluate",
        help="score labels or counts against ground truth",
        description="Score labels against ground truth: IoU and Dice of the foreground; matched, missed, "
        "false positive, split and merged objects; SEG and DET of the Cell Tracking Challenge. Only frames "
        "and slices that the ground truth labels are compared. For two tables of founder lineages (.csv), "
        "counts are compared. --axes, --channel and --series apply to tif inputs.",
    )
    add = parser.add_argument
    add(
        "result",
        type=Path,
        metavar="RESULT",
        help="labels: a .tif, a folder of masks (01_RES), run-length masks (.csv, .json); or counts.csv",
    )
    add(
        "truth",
        type=Path,
        metavar="TRUTH",
        help="the same, or 01_GT/SEG, 01_ST, 01_GT, or a data set; or counts.csv",
    )
    add("--json", type=Path, metavar="FILE", help="write all scores, of each frame and slice, as JSON")
    add("--csv", type=Path, metavar="FILE", help="write one row of scores per frame (labels only)")
    add("--per-frame", action="store_true", help="also print one line per frame")
    add_shared(parser, *FILE_OPTIONS, "frames", "overwrite", "quiet")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Compare, print the scores and write them."""
    from napari_devolearn.evaluation.report import write_json

    for path in (arguments.json, arguments.csv):
        if path:
            check_target(path, overwrite=arguments.overwrite)
    tables = [is_counts(path) for path in (arguments.result, arguments.truth)]
    if not any(tables):
        _evaluate_labels(arguments)
        return
    scores = evaluate_counts(arguments)
    if arguments.json:
        write_json(arguments.json, scores, overwrite=arguments.overwrite)
        print(f"{arguments.json}: all scores")


def _evaluate_labels(arguments: argparse.Namespace) -> None:
    from napari_devolearn.evaluation.evaluate import evaluate
    from napari_devolearn.evaluation.report import (
        as_json,
        format_frames,
        format_total,
        write_csv,
        write_json,
    )

    _check_names(arguments.result, arguments.truth)
    _check_opening(arguments)
    watch = partial(watched, unit="frame", quiet=arguments.quiet)
    result, truth = (_labels(path, arguments) for path in (arguments.result, arguments.truth))
    report = evaluate(result, truth, frames=arguments.frames, watch=watch)
    # files first, because a pipe such as "head" may close standard output early
    if arguments.json:
        write_json(arguments.json, as_json(report), overwrite=arguments.overwrite)
    if arguments.csv:
        write_csv(arguments.csv, report.frames, overwrite=arguments.overwrite)
    print(f"{report.result} against {report.truth}, {len(report.shapes)} frames")
    if report.markers:
        print(f"det against {report.markers}, {len(report.presence)} frames")
    if arguments.per_frame:
        print(format_frames(report.frames))
    print(format_total(report.total))
    for path, what in ((arguments.json, "all scores"), (arguments.csv, "the scores of each frame")):
        if path:
            print(f"{path}: {what}")


def _labels(path: Path, arguments: argparse.Namespace) -> Path | Stack:
    """The path, or the labels of a tif opened with the options."""
    from napari_devolearn.io.ctc.masks import read_labels
    from napari_devolearn.io.tiff.tif import open_tif

    options = opening(arguments)
    if not is_tif_name(path.name) or path.is_dir() or not any(one is not None for one in options.values()):
        return path
    # only one of the two files may have several channels, for example two kinds of labels
    several = open_tif(path, axes=options["axes"], series=options["series"]).channels > 1
    return read_labels(path, **options | ({} if several else {"channel": None}))


def _check_opening(arguments: argparse.Namespace) -> None:
    """Refuse options for tifs if neither input is a tif."""
    tifs = [is_tif_name(path.name) and not path.is_dir() for path in (arguments.result, arguments.truth)]
    if not any(tifs) and any(value is not None for value in opening(arguments).values()):
        raise ParameterError(
            f"{arguments.result}, {arguments.truth}: --axes, --channel and --series are only for a tif; omit "
            "them"
        )


def _check_names(result: Path, truth: Path) -> None:
    """Refuse two files of run-length masks with different images."""
    from napari_devolearn.io.rle.rle_file import is_rle_name, read_rle

    if not (is_rle_name(result) and is_rle_name(truth)):
        return
    found, true = ({image.id for image in read_rle(path)} for path in (result, truth))
    if unmatched := sorted(found ^ true):
        incomplete = truth if unmatched[0] in found else result
        raise RLEFormatError(
            f"{incomplete}: image {unmatched[0]!r} is missing ({len(unmatched)} images are in only one of "
            "the files); add a row for it, without annotation if it has no objects"
        )
