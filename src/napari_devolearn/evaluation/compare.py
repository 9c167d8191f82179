"""A result against its truth, frame by frame."""

from __future__ import annotations

from typing import NamedTuple

from napari_devolearn.evaluation.frames import LabelFrames, Planes
from napari_devolearn.evaluation.overlap import Overlap, overlap_of
from napari_devolearn.exceptions import CTCFormatError, ImageFormatError
from napari_devolearn.io.core.gaps import frame_ranges

FrameRange = tuple[int | None, int | None]
"""Frame numbers from the first up to, but not including, the second."""


class FramePair(NamedTuple):
    """Which frame of the result belongs to which of the truth.

    Parameters
    ----------
    result, truth : int
        Frame numbers; they differ only where each side holds a single frame.
    planes : tuple of int or None
        The planes that the truth labels; None for all.
    """

    result: int
    truth: int
    planes: Planes


def pair_frames(result: LabelFrames, truth: LabelFrames, frames: FrameRange | None = None) -> list[FramePair]:
    """Find what there is to compare: every frame of the truth.

    Parameters
    ----------
    result, truth : LabelFrames
        The truth may have fewer frames and planes than the result. Where each has a single frame,
        the two belong together whatever their numbers.
    frames : (int or None, int or None), optional
        Frame numbers to keep to.

    Returns
    -------
    list of FramePair
        At least one, by frame.

    Raises
    ------
    ImageFormatError
        If the sizes differ.
    CTCFormatError
        If frames or planes of the truth are not in the result. A score of those that are would
        look better than the result is.
    """
    if result.shape != truth.shape:
        sizes = [" x ".join(map(str, side.shape)) for side in (result, truth)]
        raise ImageFormatError(
            f"{result.source}: frames of {sizes[0]} (Z x Y x X), but the truth {truth.source} has "
            f"{sizes[1]}; compare labels on the grid of the image that they belong to"
        )
    if len(result.planes) == len(truth.planes) == 1 and frames is None:
        (of_result,), ((of_truth, planes),) = result.planes, truth.planes.items()
        pairs = [FramePair(of_result, of_truth, planes)]
    else:
        first, stop = frames or (None, None)
        wanted = {t: planes for t, planes in sorted(truth.planes.items()) if _within(t, first, stop)}
        _check_frames(result, truth, set(wanted))
        pairs = [FramePair(frame, frame, planes) for frame, planes in wanted.items()]
    _check_planes(result, pairs)
    return pairs


def compare_frame(result: LabelFrames, truth: LabelFrames, pair: FramePair) -> Overlap:
    """Read one frame of both and count what they share.

    Parameters
    ----------
    result, truth : LabelFrames
    pair : FramePair

    Returns
    -------
    Overlap
        Of the planes that the truth labels.
    """
    chosen = slice(None) if pair.planes is None else list(pair.planes)
    return overlap_of(result.read(pair.result)[chosen], truth.read(pair.truth)[chosen])


def _within(frame: int, first: int | None, stop: int | None) -> bool:
    return (first is None or frame >= first) and (stop is None or frame < stop)


def _check_frames(result: LabelFrames, truth: LabelFrames, wanted: set[int]) -> None:
    if not wanted:
        raise CTCFormatError(
            f"{truth.source}: no frame in that range; it has the frames {frame_ranges(truth.planes)}"
        )
    if missing := wanted - result.planes.keys():
        raise CTCFormatError(
            f"{result.source}: no labels for the frames {frame_ranges(missing)} of {truth.source}, only for "
            f"{frame_ranges(result.planes)}; segment those too, or compare fewer frames (--frames A:B)"
        )


def _check_planes(result: LabelFrames, pairs: list[FramePair]) -> None:
    for pair in pairs:
        there = result.planes[pair.result]
        needed = range(result.shape[0]) if pair.planes is None else pair.planes
        if there is not None and (missing := set(needed) - set(there)):
            raise CTCFormatError(
                f"{result.source}: frame {pair.result}: no labels for the planes {frame_ranges(missing)} "
                "that the truth has; give a result of whole frames"
            )
