from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from helpers.files.movie_files import (
    grey_frames,
    set_display_matrix,
    write_movie,
    write_sound,
    write_trimmed_movie,
)
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.pictures.movie_file import MovieFile
from napari_devolearn.io.pictures.movie_stream import decoded_frames, display_matrix, turned_upright

FRAMES = 90
ORDER = (0, 1, 89, 75, 76, 3, 40, 88, 61, 62)


def greys(movie: MovieFile) -> list[float]:
    return [float(frame.mean()) for frame in movie]


@pytest.mark.parametrize("suffix", [".mov", ".mp4", ".avi", ".mkv"])
def test_frames_in_any_order(tmp_path: Path, suffix: str) -> None:
    movie = MovieFile(write_movie(tmp_path / f"grey{suffix}", grey_frames(FRAMES)))
    assert movie.shape == (FRAMES, 48, 64, 3)
    for t in ORDER:
        assert movie.read(t).mean() == pytest.approx(2 * t, abs=4)
    assert greys(movie) == pytest.approx(range(0, 2 * FRAMES, 2), abs=4)


@pytest.mark.parametrize("suffix", [".avi", ".mp4", ".mkv"])
@pytest.mark.parametrize("x264", ["bframes=3", "open-gop=1:keyint=12", "intra-refresh=1:keyint=12"])
def test_frames_stored_in_decoding_order(tmp_path: Path, suffix: str, x264: str) -> None:
    path = write_movie(
        tmp_path / f"grey{suffix}", grey_frames(FRAMES), codec="libx264", options={"x264-params": x264}
    )
    movie = MovieFile(path)
    assert len(movie) == FRAMES
    assert [float(movie.read(t).mean()) for t in ORDER] == pytest.approx([2 * t for t in ORDER], abs=4)


def test_frame_beyond_the_end(tmp_path: Path) -> None:
    with pytest.raises(IndexError, match="frame 90: it has 90"):
        MovieFile(write_movie(tmp_path / "grey.mov", grey_frames(FRAMES))).read(90)


@pytest.mark.parametrize(("suffix", "codec"), [(".avi", "mpeg4"), (".mkv", "mpeg4"), (".webm", "libvpx")])
def test_a_truncated_movie_gives_its_complete_frames(tmp_path: Path, suffix: str, codec: str) -> None:
    path = write_movie(tmp_path / f"cut{suffix}", grey_frames(FRAMES), codec=codec)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.6)])
    with pytest.warns(UserWarning, match="truncated after .* of 90 frames"):
        movie = MovieFile(path)
    assert 1 < len(movie) < FRAMES
    assert movie.read(1).mean() == pytest.approx(2, abs=4)


def without_duration(path: Path) -> bytes:
    """The content of a Matroska file whose header does not have the duration, as one that is streamed."""
    whole = path.read_bytes()
    at = whole.index(b"\x44\x89\x88")  # Duration, 8 bytes, which become an element without meaning
    return whole[:at] + b"\xec\x89" + whole[at + 2 :]


@pytest.mark.parametrize(("suffix", "codec"), [(".mkv", "libx264"), (".webm", "libvpx")])
def test_the_duration_of_the_stream_stands_in_for_that_of_the_file(
    tmp_path: Path, suffix: str, codec: str
) -> None:
    path = write_movie(tmp_path / f"a{suffix}", grey_frames(FRAMES), codec=codec)
    content = without_duration(path)
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(MovieFile(path)) == FRAMES
    path.write_bytes(content[: len(content) * 3 // 5])
    with pytest.warns(UserWarning, match="truncated after .* of 90 frames"):
        MovieFile(path)


def test_a_movie_without_a_duration_is_reported(tmp_path: Path) -> None:
    path = write_movie(tmp_path / "a.mkv", grey_frames(FRAMES))
    path.write_bytes(without_duration(path).replace(b"DURATION", b"DURATIOM"))
    with pytest.warns(UserWarning, match=r"a\.mkv: does not store its duration, .* so missing frames"):
        assert len(MovieFile(path)) == FRAMES


def test_a_header_without_the_format_is_reported(tmp_path: Path) -> None:
    path = write_movie(tmp_path / "cut.mkv", grey_frames(FRAMES))
    whole = path.read_bytes()
    path.write_bytes(bytes([whole[0] ^ 1]) + whole[1 : len(whole) * 3 // 4])
    with pytest.warns(UserWarning, match=r"cut\.mkv: is of the format m4v despite its name, so missing"):
        MovieFile(path)


def test_frames_decoded_out_of_order_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_devolearn.io.pictures import movie_index

    def swapped(container: object) -> list[object]:
        first, second, *others = decoded_frames(container)
        return iter([second, first, *others])

    path = write_movie(tmp_path / "a.mp4", grey_frames(12))
    monkeypatch.setattr(movie_index, "decoded_frames", swapped)
    with pytest.warns(UserWarning, match="decode in another order than that of their times"):
        MovieFile(path)


def test_a_trimmed_movie_is_complete(tmp_path: Path) -> None:
    path = write_trimmed_movie(tmp_path / "trimmed.mov", grey_frames(FRAMES), 30)
    with pytest.warns(UserWarning, match="60 of .* are opened; the movie was trimmed") as told:
        assert greys(MovieFile(path)) == pytest.approx(range(60, 2 * FRAMES, 2), abs=4)
    assert len(told) == 1
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.6)])
    with pytest.warns(UserWarning, match="truncated after"):
        assert len(MovieFile(path)) < FRAMES - 30


def test_titles_in_any_encoding_are_read(tmp_path: Path) -> None:
    path = write_movie(tmp_path / "title.mov", grey_frames(5), title="XXembryoXX")
    path.write_bytes(path.read_bytes().replace(b"XXembryoXX", b"0.2 \xb5m/px!"))
    assert len(MovieFile(path)) == 5


@pytest.mark.parametrize("name", ["exp:1.mov", "http:x.mov", "file:y.mov", "concat:a.mov"])
def test_a_colon_in_a_name_is_not_a_protocol(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    try:
        write_movie(tmp_path / "plain.mov", grey_frames(5)).rename(tmp_path / name)
    except OSError:
        pytest.skip("this system takes no colon in names")
    monkeypatch.chdir(tmp_path)
    assert len(MovieFile(name)) == 5


@pytest.mark.parametrize(
    ("matrix", "shape", "corner"),
    [
        ((0, 1, -1, 0), (96, 48), (0, -1)),  # a quarter turn clockwise
        ((-1, 0, 0, -1), (48, 96), (-1, -1)),
        ((0, -1, 1, 0), (96, 48), (-1, 0)),
        ((-1, 0, 0, 1), (48, 96), (0, -1)),  # mirrored
    ],
)
def test_turned_movie_is_shown_upright(
    tmp_path: Path, matrix: tuple[int, int, int, int], shape: tuple[int, int], corner: tuple[int, int]
) -> None:
    frames = np.zeros((6, 48, 96, 3), np.uint8)
    frames[:, :12, :24] = 255  # the corner above, on the left
    movie = MovieFile(set_display_matrix(write_movie(tmp_path / "turned.mov", frames), *matrix))
    assert movie.shape == (6, *shape, 3)
    frame = movie.read(2)
    assert frame.shape == movie.shape[1:]
    bright = {place for place in ((0, 0), (0, -1), (-1, 0), (-1, -1)) if frame[place].mean() > 128}
    assert bright == {corner}


def test_a_movie_with_an_arbitrary_rotation_is_shown_unrotated(tmp_path: Path) -> None:
    path = set_display_matrix(write_movie(tmp_path / "slanted.mov", grey_frames(3)), 1, 1, -1, 1)
    with pytest.warns(UserWarning, match="not a multiple of 90 degrees"):
        assert MovieFile(path).shape == (3, 48, 64, 3)


def test_a_movie_with_frames_of_different_sizes_is_refused(tmp_path: Path) -> None:
    small, large = grey_frames(3), np.zeros((3, 96, 64, 3), np.uint8)
    path = tmp_path / "two.mkv"
    first = write_movie(tmp_path / "a.avi", small, codec="mjpeg")
    second = write_movie(tmp_path / "b.avi", large, codec="mjpeg")
    join_packets(path, first, second)
    movie = MovieFile(path)
    assert movie.read(2).shape == (48, 64, 3)
    with pytest.raises(ImageFormatError, match="frame 4: is 64 x 96 pixels, but the first one 64 x 48"):
        movie.read(4)


def test_damaged_frame_in_the_middle(tmp_path: Path) -> None:
    path = write_movie(tmp_path / "grey.avi", grey_frames(20, 8), codec="mjpeg")
    written = bytearray(path.read_bytes())
    starts = [at for at in range(len(written) - 3) if written[at : at + 3] == b"\xff\xd8\xff"]
    written[starts[7] : starts[8] - 8] = bytes(starts[8] - 8 - starts[7])
    path.write_bytes(written)
    movie = MovieFile(path)
    with pytest.raises(ImageFormatError, match="frame 7 of 20: cannot be decoded"):
        movie.read(7)
    assert [float(movie.read(t).mean()) for t in (6, 8, 19)] == pytest.approx([48, 64, 152], abs=3)


def test_missing_files_and_files_without_video_have_their_own_errors(tmp_path: Path) -> None:
    with pytest.raises(ImageFormatError, match="no such file"):
        MovieFile(tmp_path / "none.mov")
    (tmp_path / "text.mov").write_text("no movie at all")
    with pytest.raises(ImageFormatError, match="cannot be read"):
        MovieFile(tmp_path / "text.mov")
    short = write_movie(tmp_path / "short.mp4", grey_frames(20), codec="libx264")
    short.write_bytes(short.read_bytes().partition(b"stsd")[0])
    with pytest.raises(
        ImageFormatError, match=r"short\.mp4: its video cannot be decoded: its header is damaged"
    ):
        MovieFile(short)
    with pytest.raises(ImageFormatError, match="no video stream"):
        MovieFile(write_sound(tmp_path / "sound.mkv"))


def join_packets(path: Path, *parts: Path) -> None:
    """Concatenate the packets of movies without decoding them."""
    import av

    with av.open(str(path), "w") as out:
        stream, shown = None, 0
        for part in parts:
            with av.open(str(part)) as container:
                source = container.streams.video[0]
                stream = stream or out.add_stream_from_template(source)
                for packet in container.demux(source):
                    if packet.size:
                        packet.stream, packet.pts, packet.dts = stream, shown, shown
                        shown += 1
                        out.mux(packet)


class _UnknownSideData:
    """A frame with side data of a type unknown to PyAV, as from some cameras."""

    rotation = -90

    @property
    def side_data(self) -> None:
        raise ValueError("31 is not a valid Type")


def test_unknown_side_data_is_ignored() -> None:
    frame = np.zeros((2, 3, 3), np.uint8)
    frame[0, 0] = 255
    matrix = display_matrix(_UnknownSideData())  # type: ignore[arg-type]
    turned = turned_upright(frame, matrix)
    assert (turned.shape, turned[0, -1, 0]) == ((3, 2, 3), 255)
