"""Small movie files, written by PyAV."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def write_movie(
    path: Path,
    frames: np.ndarray,
    *,
    every: int = 12,
    codec: str = "mpeg4",
    options: dict[str, str] | None = None,
    title: str = "",
) -> Path:
    """Write frames (T, Y, X, 3), uint8, by default as MPEG-4 with a key frame every 12 frames."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        _, stream.height, stream.width, _ = frames.shape
        stream.pix_fmt, stream.gop_size = "yuvj420p" if codec == "mjpeg" else "yuv420p", every
        stream.options = options or {}
        if title:
            container.metadata["title"] = title
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return path


def write_trimmed_movie(path: Path, frames: np.ndarray, trimmed: int) -> Path:
    """Write a .mov whose edit list skips the first frames, as written by editors that trim a movie."""
    options = {"avoid_negative_ts": "disabled", "use_editlist": "1", "movflags": "faststart"}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("mpeg4", rate=10)
        _, stream.height, stream.width, _ = frames.shape
        stream.pix_fmt = "yuv420p"
        for t, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24")
            picture.pts, picture.time_base = t - trimmed, Fraction(1, 10)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def write_sound(path: Path) -> Path:
    """Write a tenth of a second of silence, without a picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        silence.sample_rate = 8000
        container.mux(stream.encode(silence))
    return path


def grey_frames(count: int, step: int = 2) -> np.ndarray:
    """Frames of 48 x 64 pixels, (T, Y, X, 3), of which frame t is grey of value `step` * t."""
    values = (step * np.arange(count)).astype(np.uint8)
    return np.broadcast_to(values[:, None, None, None], (count, 48, 64, 3))


def set_display_matrix(path: Path, a: int, b: int, c: int, d: int) -> Path:
    """Change the display matrix of a .mov: x' = a x + c y, y' = b x + d y."""
    written = bytearray(path.read_bytes())
    start = written.index(b"tkhd") + 4 + 40  # position of the matrix in version 0 of a track header
    one, small = 1 << 16, 1 << 30
    struct.pack_into(">9i", written, start, a * one, b * one, 0, c * one, d * one, 0, 0, 0, small)
    path.write_bytes(written)
    return path
