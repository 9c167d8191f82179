"""Movie files: frames in any order, and what is wrong with a file in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.pictures.movie_file import MovieFile

av = pytest.importorskip("av")

FRAMES = 90


def write_movie(path: Path, frames: int = FRAMES) -> Path:
    """A movie of 48 x 64 pixels whose frame t is grey 2 * t, with a key frame every 12."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 64, 48, "yuv420p", 12
        for t in range(frames):
            grey = np.full((48, 64, 3), 2 * t, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("suffix", [".mov", ".mp4", ".avi", ".mkv"])
def test_frames_in_any_order(tmp_path: Path, suffix: str) -> None:
    movie = MovieFile(write_movie(tmp_path / f"grey{suffix}"))
    assert movie.shape == (FRAMES, 48, 64, 3)
    assert movie.frame_rate == pytest.approx(10)
    for t in (0, 1, 89, 75, 76, 3, 40):
        assert movie.read(t).mean() == pytest.approx(2 * t, abs=4)
    movie.close()
    assert [float(frame.mean()) for frame in movie] == pytest.approx(range(0, 2 * FRAMES, 2), abs=4)


def test_frame_beyond_the_end(tmp_path: Path) -> None:
    with pytest.raises(IndexError, match="frame 90: there are 90"):
        MovieFile(write_movie(tmp_path / "grey.mov")).read(90)


def test_movie_that_breaks_off_gives_what_is_there(tmp_path: Path) -> None:
    path = write_movie(tmp_path / "cut.avi")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.warns(UserWarning, match="breaks off after"):
        movie = MovieFile(path)
    assert 1 < len(movie) < FRAMES
    assert movie.read(1).mean() == pytest.approx(2, abs=4)


def test_no_movie_no_file_no_video_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ImageFormatError, match="there is no such file"):
        MovieFile(tmp_path / "none.mov")
    (tmp_path / "text.mov").write_text("no movie at all")
    with pytest.raises(ImageFormatError, match="no movie that can be decoded"):
        MovieFile(tmp_path / "text.mov")
    sound = tmp_path / "sound.mkv"
    with av.open(str(sound), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    with pytest.raises(ImageFormatError, match="holds no video stream"):
        MovieFile(sound)
