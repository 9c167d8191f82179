"""Pages that are missing from a file without a header: told of where bytes or numbers are left of them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.tiff.pages import scan_pages
from napari_devolearn.io.tiff.tif import open_tif

PLANES = np.random.default_rng(0).integers(0, 2**16, (8, 32, 40), np.uint16)
WAYS = {
    "plain": {},
    "zlib": {"compression": "zlib"},
    "strips": {"rowsperstrip": 8},
    "tiles": {"tile": (16, 16), "compression": "zlib"},
    "other places": {"align": 64},
}
_TAGS = 12
"""Bytes of an entry of a page header."""


def pages(path: Path, planes: np.ndarray = PLANES, **options: object) -> Path:
    """Pages without any metadata."""
    with tifffile.TiffWriter(path) as tif:
        for plane in planes:
            tif.write(plane, metadata=None, contiguous=False, photometric="minisblack", **options)
    return path


def link(path: Path, page: int, next_page: int | None) -> None:
    """Let a page be followed by another one, or by none."""
    offsets = scan_pages(path).offsets
    data = bytearray(path.read_bytes())
    at = int(offsets[page])
    tags = struct.unpack_from("<H", data, at)[0]
    following = 0 if next_page is None else int(offsets[next_page])
    struct.pack_into("<I", data, at + 2 + _TAGS * tags, following)
    path.write_bytes(data)


@pytest.mark.parametrize("way", WAYS)
def test_whole_pages_open_without_a_word(tmp_path: Path, way: str) -> None:
    file = open_tif(pages(tmp_path / "a.tif", **WAYS[way]))
    assert file.shape[:2] == (1, 8)
    assert not file.notes


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("page", "next_page", "left"), [(6, None, 7), (1, None, 2), (2, 4, 7)])
def test_pages_that_are_skipped_are_told_of(
    tmp_path: Path, way: str, page: int, next_page: int | None, left: int
) -> None:
    path = pages(tmp_path / "a.tif", **WAYS[way])
    link(path, page, next_page)
    file = open_tif(path)
    assert file.shape[:2] == (1, left)
    assert f"belong to none of its {left} pages, as if pages were lost" in file.notes[0]


def test_a_stack_behind_one_page_header_is_told_of(tmp_path: Path) -> None:
    """As ImageJ writes stacks over 4 GB, if the header is lost."""
    path = pages(tmp_path / "a.tif", PLANES[:1])
    path.write_bytes(path.read_bytes() + PLANES[1:].tobytes())
    assert f"{PLANES[1:].nbytes} of its bytes belong to none of its 1 pages" in open_tif(path).notes[0]


def test_the_numbers_of_pages_are_compared(tmp_path: Path) -> None:
    path = pages(tmp_path / "a.tif", PLANES[:3], extratags=[(297, "H", 2, (0, 8), True)])
    assert open_tif(path).notes == ("its first page is numbered as one of 8, but it has 3; copy it again",)


def test_a_page_in_the_middle_whose_pixels_are_missing_is_refused(tmp_path: Path) -> None:
    path = pages(tmp_path / "a.tif", rowsperstrip=8)
    data = path.read_bytes()
    with tifffile.TiffFile(path) as tif:
        tag = tif.pages[3].tags["StripOffsets"]
        at = tag.valueoffset
    path.write_bytes(data[:at] + struct.pack("<I", len(data) - 10) + data[at + 4 :])
    with pytest.raises(ImageFormatError, match=r"a.tif: truncated: \d+ bytes, but the pixels need"):
        open_tif(path)


@pytest.mark.parametrize("tag", [279, 270])
def test_tags_of_a_page_may_be_missing_or_damaged(tmp_path: Path, tag: int) -> None:
    """StripByteCounts, and a description that is said to be beyond the end of the file."""
    path = pages(tmp_path / "a.tif", description="a text of more than four bytes")
    data = bytearray(path.read_bytes())
    for offset in scan_pages(path).offsets[1:].tolist():
        tags = struct.unpack_from("<H", data, offset)[0]
        for at in range(offset + 2, offset + 2 + _TAGS * tags, _TAGS):
            if struct.unpack_from("<H", data, at)[0] == tag == 279:
                struct.pack_into("<H", data, at, 278)
            elif struct.unpack_from("<H", data, at)[0] == tag:
                struct.pack_into("<I", data, at + 8, 2**30)
    path.write_bytes(data)
    file = open_tif(path)
    np.testing.assert_array_equal(file.read(0, 0), PLANES)
    assert len(file.notes) == 1  # what tifffile says
    assert "pages were lost" not in file.notes[0]


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate"])
def test_pages_of_another_program_open_without_a_word(tmp_path: Path, compression: str | None) -> None:
    first, *others = [Image.fromarray(np.tile(plane, (10, 10))) for plane in PLANES]
    first.save(tmp_path / "a.tif", save_all=True, append_images=others, compression=compression)
    assert not open_tif(tmp_path / "a.tif").notes


def test_a_header_that_was_written_again_is_no_lost_page(tmp_path: Path) -> None:
    path = pages(tmp_path / "a.tif", description="short")
    tifffile.tiffcomment(path, "a longer description, so that it goes to the end of the file")
    assert not open_tif(path).notes


def test_chains_of_smaller_pages_are_no_lost_pages(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as tif:
        tif.write(PLANES[0], metadata=None, subifds=1)
        tif.write(PLANES[0, ::2, ::2], metadata=None, subfiletype=1)
    assert not open_tif(tmp_path / "a.tif").notes


@pytest.mark.parametrize("bigtiff", [False, True])
def test_sizes_of_two_strips_in_one_entry_are_no_lost_page(tmp_path: Path, bigtiff: bool) -> None:
    planes = np.zeros((2, 32, 40), np.uint16)
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path,
        planes,
        planarconfig="separate",
        photometric="minisblack",
        metadata=None,
        bigtiff=bigtiff,
        extratags=[(65000, 7, 2800, bytes(2800), True)],
    )
    assert open_tif(path).notes == ()
