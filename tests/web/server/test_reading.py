from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff
from napari_devolearn.web.server import decode
from napari_devolearn.web.server.limits import Limits
from napari_devolearn.web.server.reading import read_upload, safe_name
from napari_devolearn.web.server.visit import Visit
from napari_devolearn.web.server.visits import Visits

LIMITS = Limits(pixel_bytes=4_000_000)


@pytest.fixture
def visit() -> Iterator[Visit]:
    visits = Visits(LIMITS)
    expected = visits.expect()
    visits.open(expected)
    yield expected
    visits.close_all()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("embryo 3.ome.tif", "embryo_3.ome.tif"),
        ("../../etc/passwd", "passwd"),
        (r"C:\images\t001.tif", "t001.tif"),
        (".hidden", "hidden"),
        ("é" * 300 + ".tif", "_" * 96 + ".tif"),
        ("..", "upload"),
    ],
)
def test_a_file_name_cannot_leave_its_folder(sent, kept) -> None:
    assert safe_name(sent) == kept


def test_a_stack_is_decoded_with_its_voxel_size_in_a_separate_process(visit) -> None:
    pixels = np.arange(2 * 3 * 4 * 5, dtype=np.uint16).reshape(2, 3, 4, 5)
    path = visit.folder / "stack.ome.tif"
    write_ome_tiff(path, pixels, voxel_size=(1, 0.2, 0.1), frame_interval=1.5, name="stack")
    upload = read_upload(path, visit, LIMITS)
    assert upload.stack.voxel_size == (1, 0.2, 0.1)
    assert upload.stack.frame_interval == 1.5
    assert upload.stack.frames == (0, 1)
    np.testing.assert_array_equal(upload.stack.data, pixels)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for a decoder is a shell script")
@pytest.mark.parametrize(
    ("decoder", "limits", "left", "told"),
    [
        ("kill -SEGV $$", LIMITS, False, "picture.tif: the file is damaged; copy it again"),
        (
            "exec sleep 60",
            replace(LIMITS, reading_seconds=0.1),
            False,
            "picture.tif: decoding takes more than 0.1 s",
        ),
        ("exec sleep 60", LIMITS, True, "picture.tif: the file is damaged"),
        ("exit 1", LIMITS, False, "picture.tif: this server could not start the decoder; contact"),
    ],
    ids=["crashes", "hangs", "is left", "cannot begin"],
)
def test_a_decoder_inherits_no_environment(visit, monkeypatch, tmp_path, decoder, limits, left, told) -> None:
    script = tmp_path / "python"
    script.write_text(f"#!/bin/sh\n{decoder}\n")
    script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(script))
    visit.closed = left
    with pytest.raises(ImageFormatError, match=told) as caught:
        read_upload(visit.folder / "picture.tif", visit, limits)
    assert str(visit.folder) not in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are set by a shell")
def test_a_server_with_little_memory_can_decode(visit, monkeypatch, tmp_path) -> None:
    """As under ``ulimit -v``: a process may not ask for more than that."""
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\nulimit -v 6000000 -f 8000\nexec "{sys.executable}" "$@"\n')
    script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(script))
    path = visit.folder / "stack.ome.tif"
    write_ome_tiff(path, np.ones((1, 3, 4, 5), np.uint8))
    assert read_upload(path, visit, Limits()).stack.shape == (1, 3, 4, 5)


@pytest.mark.parametrize(
    "raised", [RecursionError("too deep"), AttributeError("'NoneType' object"), KeyError("x")]
)
def test_any_decoder_error_is_one_line(tmp_path, capsys, monkeypatch, raised) -> None:
    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(decode, "_limit_memory", lambda _: None)
    monkeypatch.setattr(decode, "open_upload", fail)
    (tmp_path / "a.tif").write_bytes(b"II")
    error = run_decoder(capsys, tmp_path / "a.tif", tmp_path)["error"]
    assert error.startswith(f"{tmp_path / 'a.tif'}: cannot be read (")
    assert error.endswith("; copy it again, or save it again")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("text.tif", b"hello", "not a TIFF file"),
        ("text.png", b"hello", "cannot be read"),
        ("text.mp4", b"hello", "cannot be read"),
        ("empty.tif", b"", "empty.tif"),
    ],
)
def test_other_files_give_a_one_line_error(tmp_path, capsys, monkeypatch, name, content, told) -> None:
    monkeypatch.setattr(decode, "_limit_memory", lambda _: None)
    path = tmp_path / name
    path.write_bytes(content)
    printed = run_decoder(capsys, path, tmp_path)
    assert told in printed["error"]
    assert "\n" not in printed["error"]


def test_a_truncated_file_is_reported(tmp_path, capsys, monkeypatch, movie_tif) -> None:
    monkeypatch.setattr(decode, "_limit_memory", lambda _: None)
    cut = tmp_path / "cut.tif"
    cut.write_bytes(movie_tif.read_bytes()[:2000])
    assert "cut.tif" in run_decoder(capsys, cut, tmp_path)["error"]


def test_a_decompression_bomb_is_refused_by_its_header(tmp_path, capsys, monkeypatch, bomb_png) -> None:
    monkeypatch.setattr(decode, "_limit_memory", lambda _: None)
    error = run_decoder(capsys, bomb_png, tmp_path)["error"]
    assert error.startswith(
        f"{bomb_png}: 1 x 1 x 10000 x 10000 pixels are 100 MB; the limit of this server is 4 MB"
    )
    assert not list(tmp_path.glob("*.npy"))


def test_rgb_images_are_decoded_as_fluorescence_or_bright_field(tmp_path) -> None:
    from PIL import Image

    path = tmp_path / "green.png"
    colours = np.zeros((12, 16, 3), np.uint8)
    colours[2:6, 2:6, 1] = 200
    Image.fromarray(colours).save(path)
    with pytest.warns(UserWarning, match="RGB image"):
        stain = decode.open_upload(path)
    with warnings.catch_warnings(action="error"):
        shapes = decode.open_upload(path, colours=True)
    assert stain.stack.data[0].max() == 200
    assert 100 < shapes.stack.data[0].max() < 130


def test_one_of_several_channels_is_decoded(tmp_path) -> None:
    pixels = np.arange(2 * 3 * 4 * 5, dtype=np.uint8).reshape(3, 2, 4, 5)
    path = tmp_path / "two.tif"
    tifffile.imwrite(path, pixels, imagej=True, metadata={"axes": "ZCYX"})
    second = decode.open_upload(path, 1)
    assert second.channels == 2
    np.testing.assert_array_equal(second.stack.data[0], pixels[:, 1])
    with pytest.raises(ImageFormatError, match="no channel 3; choose one of 1 to 2"):
        decode.open_upload(path, 2)


def test_axes_are_shown_and_can_be_corrected(tmp_path, visit) -> None:
    pixels = np.arange(2 * 3 * 4 * 5, dtype=np.uint8).reshape(6, 4, 5)
    path = visit.folder / "file-1" / "pages.tif"
    path.parent.mkdir()
    tifffile.imwrite(path, pixels, photometric="minisblack")
    upload = read_upload(path, visit, LIMITS)
    assert (upload.axes, upload.stack.shape) == ("Z6", (1, 6, 4, 5))
    upload = read_upload(path, visit, LIMITS, axes="T2,Z3")
    assert (upload.axes, upload.stack.shape) == ("T2 Z3", (2, 3, 4, 5))
    np.testing.assert_array_equal(upload.stack.data, pixels.reshape(2, 3, 4, 5))
    with pytest.raises(ImageFormatError, match=r"^pages.tif: --axes T4,Z4 does not fit"):
        read_upload(path, visit, LIMITS, axes="T4,Z4")


def test_planes_of_unknown_axes_are_shown_as_slices_with_a_note(tmp_path) -> None:
    path = tmp_path / "odd.tif"
    tifffile.imwrite(path, np.zeros((2, 2, 2, 4, 5), np.uint8), metadata={"axes": "PCZYX"})
    with pytest.warns(UserWarning, match="until then they are shown as slices"):
        assert decode.open_upload(path).stack.shape == (1, 8, 4, 5)
    assert decode.open_upload(path, axes="T2,C2,Z2").channels == 2


def test_files_of_a_folder_are_frames_in_the_order_of_their_names(tmp_path) -> None:
    for number in (2, 10, 1):
        tifffile.imwrite(tmp_path / f"shot {number}.tif", np.full((5, 6), number, np.uint8))
    movie = decode.open_upload(tmp_path).stack
    assert movie.shape == (3, 1, 5, 6)
    assert [int(volume.max()) for volume in movie.data] == [1, 2, 10]
    tifffile.imwrite(tmp_path / "shot 3.tif", np.zeros((5, 7), np.uint8))
    with pytest.raises(ImageFormatError, match=r"shot 3\.tif"):
        decode.open_upload(tmp_path)


def run_decoder(capsys: pytest.CaptureFixture[str], path: Path, folder: Path) -> dict:
    assert decode.main([str(path), str(folder), "0", "0", "", "4000000"]) == 0
    return json.loads(capsys.readouterr().out)


def test_decoding_works_without_memory_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")

    asked = []

    def refuse(limit: int, _: object) -> None:
        asked.append(limit)
        raise ValueError("current limit exceeds maximum limit")  # as macOS says of RLIMIT_AS

    monkeypatch.setattr(resource, "setrlimit", refuse)
    decode._limit_memory(1000)
    assert asked == [resource.RLIMIT_AS, resource.RLIMIT_FSIZE]  # the second in spite of the first


@pytest.mark.skipif(sys.platform == "win32", reason="scripts are no programs there")
def test_an_answer_longer_than_a_pipe_holds_does_not_block_the_decoder(visit, monkeypatch, tmp_path) -> None:
    """As of a movie with ten thousand frames, whose numbers are listed."""
    decoder = tmp_path / "decoder"
    decoder.write_text(f"""#!{sys.executable}\nprint('{{"error": "long ' + 'x' * 200_000 + '"}}')\n""")
    decoder.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(decoder))
    with pytest.raises(ImageFormatError, match=r"long x{9000}"):
        read_upload(visit.folder / "file-1" / "a.tif", visit, Limits(reading_seconds=20))
