"""Small movie files, written by PyAV."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np


def write_movie(path: Path, frames: np.ndarray, *, every: int = 12) -> Path:
    """Write frames (T, Y, X, 3), uint8, as MPEG-4 with a key frame every few."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        _, stream.height, stream.width, _ = frames.shape
        stream.pix_fmt, stream.gop_size = "yuv420p", every
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
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
