"""Compare the header of a movie with the frames in the file."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

from napari_devolearn.exceptions import ImageFormatError, warn_caller
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.pictures.movie_packets import Packets, read_packets, warn_of_what_is_left_out
from napari_devolearn.io.pictures.movie_stream import (
    Matrix,
    decoded_frames,
    display_matrix,
    open_movie,
    turns_by_right_angles,
    video_stream,
)

_LOOKED_AT = 16  # first frames whose times are compared with those of the packets


@dataclass(frozen=True, kw_only=True)
class MovieIndex:
    """The frames of a movie file, checked.

    `shape`: (T, Y, X, 3), upright; counts readable frames only.
    `times`: presentation time of each frame, in units of the stream, ascending; None if the file does not
    store them reliably: then frames are counted in the order of the decoder.
    `size`: (Y, X) of the stored frames.
    `matrix`: rotation for display.
    """

    shape: tuple[int, int, int, int]
    times: tuple[int, ...] | None
    size: tuple[int, int]
    matrix: Matrix


def read_index(path: Path) -> MovieIndex:
    """Read all headers of a movie; frames are decoded if the file does not have their times.

    Warns if the file has fewer frames than its header says, or a second video. Raises ImageFormatError if the
    file is missing, not a movie, or has no frames.
    """
    with reading(path, "header"):
        with open_movie(path) as container:
            packets = read_packets(container)
        with open_movie(path) as container:
            video_stream(container).thread_type = "AUTO"
            frames = decoded_frames(container)
            first = list(islice(frames, _LOOKED_AT))
            shown = [frame.pts for frame in first]
            times = _trusted_times(packets, shown)
            count = len(times) if times else len(first) + sum(1 for _ in frames)
    if not count or not first:
        raise ImageFormatError(f"{path}: no frames; copy it again or save it again")
    if packets.has_times and _out_of_order(shown):
        warn_caller(
            f"{path}: its frames decode in another order than that of their times, and are counted as they "
            "decode; the file may be damaged: copy it again"
        )
    matrix = display_matrix(first[0])
    warn_of_what_is_left_out(path, count, packets)
    if not turns_by_right_angles(matrix):
        warn_caller(
            f"{path}: has a rotation that is not a multiple of 90 degrees, and is shown without it; rotate "
            "it and save it again"
        )
    y, x = size = (first[0].height, first[0].width)
    sideways = turns_by_right_angles(matrix) and not matrix[0]
    shape = (count, x, y, 3) if sideways else (count, y, x, 3)
    return MovieIndex(shape=shape, times=times, size=size, matrix=matrix)


def _trusted_times(packets: Packets, shown: list[int | None]) -> tuple[int, ...] | None:
    """Times of the frames, if each packet has one and the decoder gives some of them, ascending.

    A frame that cannot be decoded keeps its time; reading it raises an error.
    """
    times = [time for time in packets.times if time is not None]
    trusted = (
        len(times) == len(packets.times) == len(set(times))
        and (packets.has_times or packets.intra)
        and set(shown) <= set(times)
        and not _out_of_order(shown)
    )
    return tuple(sorted(times)) if trusted else None


def _out_of_order(shown: list[int | None]) -> bool:
    return any(b <= a for a, b in pairwise(time for time in shown if time is not None))
