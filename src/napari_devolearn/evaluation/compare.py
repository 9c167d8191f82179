"""Pair the frames of a result with those of the ground truth, and compare them."""

from __future__ import annotations

from typing import NamedTuple

from napari_devolearn.evaluation.frames import LabelFrames, Planes
from napari_devolearn.evaluation.overlap import Overlap, overlap_of
from napari_devolearn.exceptions import CTCFormatError, ImageFormatError
from napari_devolearn.io.core.gaps import frame_ranges, frames_within

FrameRange = tuple[int | None, int | None]
"""First frame number, and the number after the last; None for no limit."""


class FramePair(NamedTuple):
    """Numbers of a frame of the result and of the frame of the ground truth that it is compared with.

    They can differ only if each side has a single frame. `planes`: Z planes that the ground truth labels.
    """

    result: int
    truth: int
    planes: Planes


def pair_frames(result: LabelFrames, truth: LabelFrames, frames: FrameRange | None = None) -> list[FramePair]:
    """Pair every frame of the ground truth with a frame of the result, in order.

    The ground truth may have fewer frames and planes than the result. If each side has a single frame, the
    two are paired whatever their numbers. `frames` restricts the frame numbers.

    Raises ImageFormatError if the sizes differ.
    Raises CTCFormatError if the result lacks frames or planes of the ground truth: scores of the others alone
    would be too good.
    """
    if result.shape != truth.shape:
        sizes = [" x ".join(map(str, side.shape)) for side in (result, truth)]
        raise ImageFormatError(
            f"{result.source}: frames of {sizes[0]} voxels (Z x Y x X), but the ground truth {truth.source} "
            f"has {sizes[1]}; give labels on the same voxel grid"
        )
    if len(result.planes) == len(truth.planes) == 1 and frames is None:
        (of_result,), ((of_truth, planes),) = result.planes, truth.planes.items()
        pairs = [FramePair(of_result, of_truth, planes)]
    else:
        requested = frames_within(truth.planes, frames)
        _check_frames(result, truth, set(requested))
        pairs = [FramePair(frame, frame, truth.planes[frame]) for frame in requested]
    _check_planes(result, pairs)
    return pairs


def compare_frame(result: LabelFrames, truth: LabelFrames, pair: FramePair) -> Overlap:
    """Read one frame of both sides and count shared voxels, in the planes that the ground truth labels."""
    chosen = slice(None) if pair.planes is None else list(pair.planes)
    return overlap_of(result.read(pair.result)[chosen], truth.read(pair.truth)[chosen])


def _check_frames(result: LabelFrames, truth: LabelFrames, requested: set[int]) -> None:
    if not requested:
        raise CTCFormatError(
            f"{truth.source}: no frame in the range; choose from frames {frame_ranges(truth.planes)}"
        )
    if missing := requested - result.planes.keys():
        raise CTCFormatError(
            f"{result.source}: no labels for frames {frame_ranges(missing)} of {truth.source}, only for "
            f"{frame_ranges(result.planes)}; segment these too, or compare fewer frames (--frames A:B)"
        )


def _check_planes(result: LabelFrames, pairs: list[FramePair]) -> None:
    for pair in pairs:
        labelled = result.planes[pair.result]
        needed = range(result.shape[0]) if pair.planes is None else pair.planes
        if labelled is not None and (missing := set(needed) - set(labelled)):
            raise CTCFormatError(
                f"{result.source}: frame {pair.result}: no labels for planes {frame_ranges(missing)} of the "
                "ground truth; give a result with whole frames"
            )
