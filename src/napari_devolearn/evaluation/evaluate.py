"""Evaluate a result, in files or in memory, against ground truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from napari_devolearn.evaluation.compare import FramePair, FrameRange, compare_frame, pair_frames
from napari_devolearn.evaluation.frames import LabelFrames, open_frames
from napari_devolearn.evaluation.overlap import Overlap, Scores
from napari_devolearn.evaluation.report import Report
from napari_devolearn.evaluation.tracking import tracking_scores
from napari_devolearn.exceptions import CTCFormatError, warn_caller
from napari_devolearn.io.ctc.layout import holds_masks, mask_folders, sequences
from napari_devolearn.io.ctc.tracktable import read_tracks
from napari_devolearn.io.ome_zarr.reader import is_zarr

Watch = Callable[[Sequence[FramePair]], Iterable[FramePair]]
"""Iterates over the frames and reports progress, as ``tqdm`` does."""


def evaluate(result: Any, truth: Any, *, frames: FrameRange | None = None, watch: Watch = iter) -> Report:
    """Score labels against ground truth; one frame is in memory at a time.

    Parameters
    ----------
    result : path, Stack or array-like, (Y, X), (Z, Y, X) or (T, Z, Y, X), integer
        Labels: a tif file, an OME-Zarr, a folder of masks such as ``01_RES``, or an array.
    truth : path, Stack or array-like
        Ground truth: as `result`, or ``01_GT``, or the root of a data set with the ground truth of one
        sequence. Only frames and planes that it labels are compared. In ``01_GT``, DET uses TRA and
        all other scores use SEG.
    frames : (int or None, int or None), optional
        First frame number, and the number after the last.
    watch : callable, optional
        Shows progress, for example ``tqdm.tqdm``.

    Returns
    -------
    Report
        ``report.total`` and ``report.frames`` hold the scores.

    Raises
    ------
    CTCFormatError
        If a folder has no masks, or frames of the ground truth are missing in the result.
    ImageFormatError
        If a file cannot be read, labels are not integers, or the sizes differ.

    Warns
    -----
    UserWarning
        If the ground truth has no objects, so that most scores are undefined (None), or if a track
        table contradicts its masks, so that tracks are not scored.

    Examples
    --------
    >>> evaluate("01_RES", "01_GT").total["seg"]  # doctest: +SKIP
    """
    on_disk = [isinstance(labels, str | Path) for labels in (result, truth)]
    found = open_frames(Path(result) if on_disk[0] else result)
    shapes, markers = find_truth(Path(truth)) if on_disk[1] else (truth, None)
    true = open_frames(shapes, depth=found.shape[0])

    def compare(other: LabelFrames) -> dict[FramePair, Overlap]:
        return {pair: compare_frame(found, other, pair) for pair in watch(pair_frames(found, other, frames))}

    report = Report(
        result=found.source,
        truth=true.source,
        markers=markers,
        shapes=compare(true),
        presence=compare(open_frames(markers, found.shape[0])) if markers else {},
    )
    if all(on_disk):
        report.tracking.update(_score_tracks(report, whole=frames is None))
    if not report.total["ground_truth"]:
        warn_caller(
            f"{report.truth}: no objects in the compared frames, so most scores are undefined; check the "
            "labels"
        )
    return report


def _score_tracks(report: Report, *, whole: bool) -> Scores:
    """Scores of the tracks if result and ground truth have track tables; warns if they cannot be scored."""
    truth = report.markers or report.truth
    tables = [find_table(path) for path in (report.result, truth)]
    overlaps = {pair.truth: overlap for pair, overlap in (report.presence or report.shapes).items()}
    if None in tables or any(pair.result != pair.truth for pair in report.presence or report.shapes):
        return {}
    if not whole:
        warn_caller(
            f"{report.result}: tracks are not scored, because the tables cover all frames; leave out "
            "--frames to score them"
        )
        return {}
    try:
        found, true = (read_tracks(table) for table in tables if table is not None)
        return tracking_scores(overlaps, found, true)
    except CTCFormatError as error:
        warn_caller(f"{report.result}: tracks are not scored: {error}")
        return {}


def find_truth(path: Path) -> tuple[Path, Path | None]:
    """Find the labels for shape scores, and those for DET, None if they are the same.

    `path`: a tif, an OME-Zarr, a folder of masks, ``01_GT`` or ``01_ST``, or the root of a data set with the
    ground truth of one sequence. In ``01_GT`` with both, SEG gives shapes and TRA markers. Gold truth is
    preferred to silver truth.
    Raises CTCFormatError if a data set has no ground truth, or that of several sequences.
    """
    if not path.is_dir() or holds_masks(path) or is_zarr(path):
        return path, None
    if folders := mask_folders(path):
        return _choose({folder.name.upper(): folder for folder in folders})
    with_truth = [found.truth for found in sequences(path) if found.truth]
    if len(with_truth) != 1:
        found = f"ground truth of {len(with_truth)} sequences" if with_truth else "no ground truth"
        raise CTCFormatError(
            f"{path}: {found}; give one folder, such as 01_GT or 01_ST/SEG, or a tif of labels"
        )
    return _choose(with_truth[0])


def find_table(folder: Path) -> Path | None:
    """The track table in a folder of masks, or None."""
    tables = (folder / name for name in ("res_track.txt", "man_track.txt"))
    return next((table for table in tables if table.is_file()), None)


def _choose(folders: dict[str, Path]) -> tuple[Path, Path | None]:
    # TRA may contain only spots, so it is the last choice for shapes
    shapes = next(folders[key] for key in ("SEG", "ST", "TRA") if key in folders)
    markers = folders.get("TRA")
    return shapes, None if markers == shapes else markers
