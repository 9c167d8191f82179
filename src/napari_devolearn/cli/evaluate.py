"""Score labels against ground truth.

Scores are IoU and Dice of the foreground; matched, missed, false positive, split and merged objects; SEG and
DET of the Cell Tracking Challenge. Only frames and slices that the ground truth labels are compared. For two
tables of founder lineages (.csv), counts are compared. --axes, --channel and --series apply to tif inputs.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.cli.common.arguments import FILE_OPTIONS, add_shared, opening
from napari_devolearn.cli.common.counts import evaluate_counts, is_counts
from napari_devolearn.cli.common.progress import watched
from napari_devolearn.exceptions import ParameterError, RLEFormatError
from napari_devolearn.io.core.tif_names import is_tif_name
from napari_devolearn.io.writing.target import check_not_input, check_target

if TYPE_CHECKING:
    from napari_devolearn.io.core.stack import Stack


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
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


def run(arguments: argparse.Namespace) -> None:
    """Compare, print the scores and write them."""
    from napari_devolearn.evaluation.score_files import write_json

    outputs = [path for path in (arguments.json, arguments.csv) if path]
    for number, path in enumerate(outputs):
        check_not_input(path, arguments.result, arguments.truth)
        check_target(path, overwrite=arguments.overwrite)
        if path in outputs[:number]:
            raise ParameterError(f"{path}: given for --json and --csv; give two names")
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
    from napari_devolearn.evaluation.score_files import (
        as_json,
        format_frames,
        format_total,
        write_csv,
        write_json,
    )

    _check_names(arguments.result, arguments.truth)
    result, truth = _opened([arguments.result, arguments.truth], arguments)
    watch = partial(watched, unit="frame", quiet=arguments.quiet)
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


def _opened(paths: list[Path], arguments: argparse.Namespace) -> list[Path | Stack]:
    """The paths, or, if options for tifs are given, the labels of tifs."""
    from napari_devolearn.io.ctc.masks import read_labels
    from napari_devolearn.io.tiff.tif import open_tif

    options = opening(arguments)
    if all(value is None for value in options.values()):
        return [*paths]
    tifs = [path for path in paths if is_tif_name(path.name) and not path.is_dir()]
    if not tifs:
        raise ParameterError(
            f"{paths[0]}, {paths[1]}: --axes, --channel and --series are only for a tif; omit them"
        )

    def labels(path: Path) -> Stack:
        # only one of the two files may have several channels, for example two kinds of labels
        several = open_tif(path, axes=options["axes"], series=options["series"]).channels > 1
        return read_labels(path, **options | ({} if several else {"channel": None}))

    return [labels(path) if path in tifs else path for path in paths]


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
