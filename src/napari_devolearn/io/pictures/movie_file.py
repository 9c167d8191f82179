"""Frames of a movie file (.mov, .mp4, .avi, ..), decoded when they are asked for."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame

MOVIE_SUFFIXES = (".mov", ".mp4", ".m4v", ".avi", ".mkv", ".webm", ".gif")
"""In lower case."""

_NEAR = 60  # frames that are decoded one after the other rather than sought for

Frame = npt.NDArray[np.uint8]


class MovieFile:
    """A movie whose frames are decoded one by one.

    Parameters
    ----------
    path : path

    Attributes
    ----------
    path : Path
    shape : tuple of int
        (T, Y, X, 3) in RGB; only frames that are in the file count.
    frame_rate : float or None
        Frames a second at which it plays, where known; says nothing of the experiment.

    Raises
    ------
    ImageFormatError
        If the file is missing, is no movie, or holds no video.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._container: InputContainer | None = None
        self._frames: Iterator[VideoFrame] | None = None
        self._next = 0
        with self._decoding("header"), self._open() as container:
            stream = container.streams.video[0]
            self._times = sorted(
                packet.pts if packet.pts is not None else packet.dts or 0
                for packet in container.demux(stream)
                if packet.size
            )
            promised = stream.frames
            self.frame_rate = float(stream.average_rate) if stream.average_rate else None
            self.shape = (len(self._times), stream.height, stream.width, 3)
        if not self._times:
            raise ImageFormatError(f"{self.path}: holds no frames; copy it again or save it anew")
        if len(self._times) < promised:
            warnings.warn(
                f"{self.path}: breaks off after {len(self._times)} of {promised} frames; copy it again, or "
                "go on with what is there",
                stacklevel=2,
            )

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Frame]:
        for t in range(len(self)):
            yield self.read(t)

    def read(self, t: int) -> Frame:
        """Decode one frame; the next one after it comes fast.

        Parameters
        ----------
        t : int
            From 0.

        Returns
        -------
        ndarray, (Y, X, 3), uint8
            RGB.

        Raises
        ------
        IndexError
            If there is no such frame.
        ImageFormatError
            If the frame is damaged.
        """
        if not 0 <= t < len(self):
            raise IndexError(f"{self.path}: frame {t}: there are {len(self)}, from 0")
        with self._lock, self._decoding(f"frame {t}"):
            frame = self._seek(t)
            return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)

    def close(self) -> None:
        """Close the file; reading opens it again."""
        with self._lock:
            self._close()

    def _seek(self, t: int) -> VideoFrame:
        frames = self._frames
        if frames is None or not self._next <= t < self._next + _NEAR:
            frames = self._start_before(t)
        for frame in frames:
            reached = self._times.index(frame.pts) if frame.pts in self._times else self._next
            self._next = reached + 1
            if reached >= t:
                return frame
        self._close()
        raise ImageFormatError(
            f"{self.path}: frame {t} of {len(self)}: cannot be decoded; copy the file again or leave it out"
        )

    def _start_before(self, t: int) -> Iterator[VideoFrame]:
        self._close()
        self._container = container = self._open()
        stream = container.streams.video[0]
        if t >= _NEAR:
            container.seek(self._times[t], stream=stream, backward=True)
        self._frames = frames = container.decode(stream)
        return frames

    def _open(self) -> InputContainer:
        import av

        container = av.open(str(self.path))
        if not container.streams.video:
            container.close()
            raise ImageFormatError(f"{self.path}: holds no video stream; give a movie with pictures")
        return container

    def _close(self) -> None:
        if self._container is not None:
            self._container.close()
        self._container = self._frames = None
        self._next = 0

    @contextmanager
    def _decoding(self, what: str) -> Iterator[None]:
        """Turn the decoder's errors into one line with the file's name and the remedy."""
        import av

        try:
            yield
        except FileNotFoundError as error:
            raise ImageFormatError(f"{self.path}: there is no such file; check the path") from error
        except PermissionError as error:
            raise ImageFormatError(f"{self.path}: may not be read; ask for permission to read it") from error
        except (av.error.FFmpegError, OSError, EOFError) as error:
            reason = str(error).partition("\n")[0]
            raise ImageFormatError(
                f"{self.path}: {what}: no movie that can be decoded ({reason}); copy it again or save it anew"
            ) from error
