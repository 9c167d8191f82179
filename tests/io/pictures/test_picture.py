from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.image import read_image
from napari_devolearn.io.pictures.picture import is_coloured, is_jpeg, open_picture, to_grey

GREY = np.arange(48, dtype=np.uint8).reshape(6, 8)


@pytest.mark.parametrize(
    "pixels", [GREY, GREY.astype(np.uint16) * 1000, GREY > 9], ids=lambda p: str(p.dtype)
)
def test_a_grey_png_is_one_plane(tmp_path: Path, pixels: np.ndarray) -> None:
    Image.fromarray(pixels).save(tmp_path / "a.png")
    file = open_picture(tmp_path / "a.png")
    assert (file.shape, file.dtype) == ((1, 1, 6, 8), pixels.dtype)
    np.testing.assert_array_equal(file.read(0, 0)[0], pixels)


def test_a_colour_picture_is_refused(tmp_path: Path) -> None:
    Image.fromarray(np.stack([GREY] * 3, axis=-1)).save(tmp_path / "a.jpg")
    with pytest.raises(ImageFormatError, match=r"a.jpg: is RGB, not greyscale; convert it to greyscale"):
        open_picture(tmp_path / "a.jpg")


def test_a_damaged_image_is_reported(tmp_path: Path) -> None:
    Image.fromarray(GREY).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(data[:50])
    with pytest.raises(ImageFormatError, match=r"a.png: cannot be read"):
        open_picture(tmp_path / "a.png").read(0, 0)


def test_a_header_with_gigapixels_is_refused(tmp_path: Path) -> None:
    Image.fromarray(GREY).save(tmp_path / "a.png")
    data = bytearray((tmp_path / "a.png").read_bytes())
    data[16:29] = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(ImageFormatError, match=r"a\.png: cannot be read \(.*10000000000 pixels.* as a tif$"):
        open_picture(tmp_path / "a.png")


@pytest.fixture
def picture() -> np.ndarray:
    """Pure green on the left and red on the right, (6, 8, 3)."""
    colours = np.zeros((6, 8, 3), np.uint8)
    colours[:, :4, 1] = colours[:, 4:, 0] = 200
    return colours


@pytest.mark.parametrize("name", ["cell.png", "cell.tif"])
def test_an_rgb_file_is_converted_only_on_request(name: str, picture: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / name
    tifffile.imwrite(path, picture, photometric="rgb") if name.endswith("tif") else Image.fromarray(
        picture
    ).save(path)

    stack = read_image(path, colours=True)

    assert is_coloured(path)
    assert stack.shape == (1, 1, 6, 8)
    grey = np.asarray(stack.data)[0, 0]
    assert grey[0, 0] == pytest.approx(0.587 * 200)
    assert grey[0, 7] == pytest.approx(0.299 * 200)
    with pytest.raises(ImageFormatError, match="RGB"):
        read_image(path)


def test_greyscale_files_are_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "grey.png"
    Image.fromarray(np.full((6, 8), 9, np.uint8)).save(path)
    assert not is_coloured(path)
    assert read_image(path, colours=True).dtype == np.uint8


@pytest.mark.parametrize("name", ["none.png", "none.tif", "text.png", "text.tif", "notes.txt"])
def test_other_files_are_not_rgb(name: str, tmp_path: Path) -> None:
    if not name.startswith("none"):
        (tmp_path / name).write_text("no picture")
    assert not is_coloured(tmp_path / name)


@pytest.mark.parametrize(("photometric", "coloured"), [("rgb", True), ("minisblack", False)])
def test_only_samples_marked_as_colours_are_rgb(tmp_path: Path, photometric: str, coloured: bool) -> None:
    samples = np.zeros((6, 8, 3), np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", samples, photometric=photometric, planarconfig="contig")
    assert is_coloured(tmp_path / "a.tif") == coloured


def test_opacity_is_ignored(picture: np.ndarray) -> None:
    clear = np.dstack([picture, np.zeros((6, 8), np.uint8)])
    np.testing.assert_array_equal(to_grey(clear), to_grey(picture))


PIXELS = np.zeros((16, 16), np.uint8)


def test_jpeg_is_detected_under_any_name(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.png"):
        Image.fromarray(PIXELS).save(tmp_path / name, format="jpeg")
        assert is_jpeg(tmp_path / name)
    Image.fromarray(PIXELS).save(tmp_path / "c.png")
    assert not is_jpeg(tmp_path / "c.png")


def test_jpeg_is_detected_in_a_tif(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", PIXELS, compression="jpeg")
    tifffile.imwrite(tmp_path / "b.tif", PIXELS, compression="deflate")
    assert is_jpeg(tmp_path / "a.tif")
    assert not is_jpeg(tmp_path / "b.tif")


def test_a_missing_file_is_not_jpeg(tmp_path: Path) -> None:
    with pytest.raises(ImageFormatError, match="no such file"):
        is_jpeg(tmp_path / "a.png")
