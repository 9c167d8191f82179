"""Frames of a movie file (.mov, .mp4, .avi, ..), decoded on demand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from napari_devolearn.exceptions import ImageFormatError, warn_caller
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.pictures.movie_index import read_index
from napari_devolearn.io.pictures.movie_stream import (
    Frame,
    decoded_frames,
    open_movie,
    turned_upright,
    video_stream,
)

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame

MOVIE_SUFFIXES = (".mov", ".mp4", ".m4v", ".avi", ".mkv", ".webm", ".gif")
"""In lower case."""

_NEAR = 60  # frames: for shorter distances, decoding on is faster than seeking


class MovieFile:
    """A movie whose frames are decoded one by one.

    Its `shape` is (T, Y, X, 3) in RGB, upright, of the frames that exist in the file. Raises ImageFormatError
    if the file is missing, not a movie, or has no video.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._container: InputContainer | None = None
        self._frames: Iterator[VideoFrame] | None = None
        self._next = 0
        self._index = read_index(self.path)
        self._place = {time: t for t, time in enumerate(self._index.times or ())}
        self.shape = self._index.shape

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Frame]:
        for t in range(len(self)):
            yield self.read(t)

    def read(self, t: int) -> Frame:
        """Decode frame t as RGB (Y, X, 3), uint8; consecutive frames are fast.

        Raises IndexError if there is no such frame; ImageFormatError if the frame is damaged.
        """
        if not 0 <= t < len(self):
            raise IndexError(f"{self.path}: frame {t}: it has {len(self)} frames, from 0")
        with self._lock, reading(self.path, f"frame {t}"):
            frame = self._find(t)
            self._check(t, frame)
            pixels = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            return turned_upright(pixels, self._index.matrix)

    def _find(self, t: int) -> VideoFrame:
        """Decode from the last position, otherwise from a key frame before t, otherwise from the start."""
        going = self._frames if self._next <= t < self._next + _NEAR else None
        if going is not None and (frame := self._decode_up_to(t, going)) is not None:
            return frame
        if t >= _NEAR and self._index.times is not None:
            # seeking may find a key frame after t, from which frame t cannot be decoded
            frame = self._decode_up_to(t, self._start(self._index.times[t]))
            if frame is not None:
                return frame
        if (frame := self._decode_up_to(t, self._start(None))) is not None:
            return frame
        self._close()
        raise ImageFormatError(
            f"{self.path}: frame {t} of {len(self)}: cannot be decoded; copy the file again or omit this "
            "frame"
        )

    def _decode_up_to(self, t: int, frames: Iterator[VideoFrame]) -> VideoFrame | None:
        for frame in frames:
            if self._index.times is None:
                reached: int | None = self._next
            else:
                reached = self._place.get(frame.pts) if frame.pts is not None else None
            if reached is None:  # its time is not in the index: not counted as a frame
                continue
            self._next = reached + 1
            if reached == t:
                return frame
            if reached > t:
                return None
        return None

    def _start(self, time: int | None) -> Iterator[VideoFrame]:
        self._close()
        self._container = container = open_movie(self.path)
        if time is not None:
            container.seek(time, stream=video_stream(container), backward=True)
        self._frames = frames = decoded_frames(container)
        return frames

    def _check(self, t: int, frame: VideoFrame) -> None:
        if (frame.height, frame.width) != self._index.size:
            y, x = self._index.size
            raise ImageFormatError(
                f"{self.path}: frame {t}: is {frame.width} x {frame.height} pixels, but the first one {x} x "
                f"{y}; save the movie again in one size"
            )
        if frame.is_corrupt:
            warn_caller(
                f"{self.path}: frame {t}: is damaged, and the decoder has filled in parts of it; copy the "
                "file again"
            )

    def _close(self) -> None:
        if self._container is not None:
            self._container.close()
        self._container = self._frames = None
        self._next = 0
