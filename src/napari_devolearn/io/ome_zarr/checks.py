"""Compare the header of an OME-Zarr image with its chunks and levels."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from napari_devolearn.exceptions import ImageFormatError, warn_caller
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.gaps import MOST_MISSING, frame_ranges
from napari_devolearn.io.ome_zarr.chunks import ChunkFiles, Coordinates
from napari_devolearn.io.ome_zarr.ngff_read import OURS, Multiscale

_LARGEST_FRAME = 2**31  # bytes: of larger frames, half of the chunks must exist


def absent_frames(path: Path, chunks: ChunkFiles, image: Multiscale, dtype: np.dtype[Any]) -> list[int]:
    """Indices of frames without any chunk; none for labels, in which a missing chunk means background.

    Warns about missing chunks and chunks outside the shape. Raises ImageFormatError if so many chunks are
    missing that the header must be wrong.
    """
    with reading(path):
        present, others = chunks.present()
    absent = chunks.count - len(present)
    _check_promise(path, chunks, image, dtype, len(present))
    if others:
        warn_caller(
            f"{path}: has {others} chunk files outside its shape; its shape, chunks or dimension_separator "
            "may be wrong; correct its metadata or copy it again"
        )
    if not absent:
        return []
    frames = [] if image.labels or "t" not in image.axes else _without_chunks(chunks, image, present)
    without = f", and none of the frames {frame_ranges(frames)}" if frames and present else ""
    meaning = "background" if image.labels else "0 or another fill value"
    warn_caller(
        f"{path}: has {len(present) or 'none'} of its {chunks.count} chunks{without}; missing chunks read as "
        f"{meaning}; copy it again if that is wrong"
    )
    return frames if present else []


def warn_of_hidden_pixels(path: Path, array: Any, chunks: ChunkFiles) -> None:
    """Warn if the last chunk has pixels outside the shape of the array.

    Chunks at an edge are stored whole. Pixels beyond the edge have the fill value, unless the shape in the
    metadata is damaged and the image would be cropped.
    """
    import zarr

    whole = tuple(count * step for count, step in zip(chunks.grid, chunks.step, strict=True))
    last = chunks.key(tuple(count - 1 for count in chunks.grid))
    if whole == chunks.shape or not (chunks.folder / last).is_file():
        return
    stored = zarr.Array(zarr.AsyncArray(array.metadata.update_shape(whole), array.store_path))
    begins = [(count - 1) * step for count, step in zip(chunks.grid, chunks.step, strict=True)]
    chunk = np.asarray(stored[tuple(slice(begin, None) for begin in begins)])
    beyond = np.ones(chunk.shape, bool)
    beyond[tuple(slice(size - begin) for size, begin in zip(chunks.shape, begins, strict=True))] = False
    if (chunk[beyond] != (array.fill_value or 0)).any():
        warn_caller(
            f"{path}: its chunks have pixels outside its shape {' x '.join(map(str, chunks.shape))}, which "
            "may be damaged: compare it with the original, or copy it again"
        )


def check_levels(path: Path, group: Any, image: Multiscale) -> None:
    """Warn if a coarser level differs in extent from the finest one."""
    finest = group[image.levels[0]].shape
    for level, scale in zip(image.levels[1:], image.scales[1:], strict=True):
        if level not in group:
            continue  # only the finest is read
        shape = group[level].shape
        same = len(shape) == len(finest) and all(
            _alike(*one) for one in zip(image.axes, finest, image.scales[0], shape, scale, strict=True)
        )
        if not same:
            sizes = [" x ".join(map(str, one)) for one in (finest, shape)]
            warn_caller(
                f"{path}: its coarser level {level}, {sizes[1]}, does not match the size of level "
                f"{image.levels[0]}, {sizes[0]}; copy it again"
            )
            return


def frame_numbers(path: Path, image: Multiscale, count: int) -> tuple[int, ...]:
    """Frame numbers: those that this package stored, otherwise from the time offset.

    Raises ImageFormatError if there is not one number per frame.
    """
    if image.frames and len(image.frames) != count:
        raise ImageFormatError(
            f"{path}: stores {len(image.frames)} numbers for {count} frames (attribute {OURS}.frames); "
            "remove the attribute or copy it again"
        )
    if count > MOST_MISSING * 10:
        raise ImageFormatError(
            f"{path}: {count} frames in its header are implausible; correct its shape or copy it again"
        )
    return image.frames or tuple(range(image.first_frame, image.first_frame + count))


def _check_promise(
    path: Path, chunks: ChunkFiles, image: Multiscale, dtype: np.dtype[Any], present: int
) -> None:
    absent = chunks.count - present
    spatial = [length for name, length in zip(image.axes, chunks.shape, strict=True) if name in "zyx"]
    too_large = math.prod(spatial) * dtype.itemsize > _LARGEST_FRAME and present < chunks.count / 2
    if absent and (too_large or absent > 100 * max(MOST_MISSING, present)):
        raise ImageFormatError(
            f"{path}: its shape is {' x '.join(map(str, chunks.shape))} ({', '.join(image.axes)}), but it "
            f"has {present} of {chunks.count} chunks; copy it again or correct its shape"
        )


def _without_chunks(chunks: ChunkFiles, image: Multiscale, present: set[Coordinates]) -> list[int]:
    axis = image.axes.index("t")
    step = chunks.step[axis]
    with_some = {place[axis] for place in present}
    return [t for t in range(chunks.shape[axis]) if t // step not in with_some]


def _alike(axis: str, finest: int, fine: float, coarse: int, step: float) -> bool:
    if not (0 < fine < math.inf and 0 < step < math.inf):
        return True
    if axis in "tc":
        return finest == coarse or step != fine
    return abs(finest * fine - coarse * step) <= 1.5 * max(fine, step)
