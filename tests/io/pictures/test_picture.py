from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.pictures.picture import open_picture

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
