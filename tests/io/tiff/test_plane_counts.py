"""How many planes a header promises, compared with those that are there."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile

from helpers.files.ctc_folders import write_tif
from napari_devolearn.exceptions import AxesError, ImageFormatError
from napari_devolearn.io.tiff.tif import open_tif

MOVIE = np.random.default_rng(0).integers(0, 2**16, (4, 3, 8, 10), np.uint16)


def imagej(path: Path, **old_and_new: str) -> Path:
    """An ImageJ movie of T4 Z3 whose header was changed."""
    return changed(write_tif(path / "a.tif", MOVIE, imagej=True, metadata={"axes": "TZYX"}), old_and_new)


def changed(path: Path, counts: dict[str, str]) -> Path:
    data = path.read_bytes()
    for key, value in counts.items():
        old = next(f"{key}={n}\n".encode() for n in range(100) if f"{key}={n}\n".encode() in data)
        new = f"{key}={value}\n".encode()
        assert len(new) == len(old)  # so that nothing else of the file moves
        data = data.replace(old, new, 1)
    path.write_bytes(data)
    return path


def test_an_interrupted_movie_opens_with_a_note(tmp_path: Path) -> None:
    file = open_tif(imagej(tmp_path, frames="9", images="27"))
    assert file.shape[:2] == (4, 3)
    assert file.notes == (
        "its ImageJ header gives 27 planes (T9 x Z3 x C1), but it has 12, as after an interrupted "
        "recording; its first 4 frames are opened",
    )


def test_planes_of_an_incomplete_frame_are_reported(tmp_path: Path) -> None:
    file = open_tif(imagej(tmp_path, slices="5", images="20"))
    assert file.shape[:2] == (2, 5)
    assert "2 planes of other frames are omitted" in file.notes[0]
    np.testing.assert_array_equal(file.read(1, 0), MOVIE.reshape(12, 8, 10)[5:10])


@pytest.mark.parametrize(
    ("counts", "problem"),
    [
        ({"frames": "3"}, "contradicts itself .images 12, slices 3, frames 3., and 12 planes are there"),
        ({"slices": "5"}, "contradicts itself"),
        ({"slices": "0"}, "implausible values"),
        ({"frames": "2", "images": "06"}, "gives 6 planes .T2 x Z3 x C1., but it has 12"),
    ],
)
def test_an_imagej_header_that_contradicts_its_pages_is_refused(
    tmp_path: Path, counts: dict[str, str], problem: str
) -> None:
    path = imagej(tmp_path, **counts)
    with pytest.raises(AxesError, match=rf"a.tif: .*{problem}.*--axes"):
        open_tif(path)
    file = open_tif(path, axes="T4,Z3")
    np.testing.assert_array_equal(np.stack([file.read(t, 0) for t in range(4)]), MOVIE)


def one_header(path: Path) -> tuple[Path, int]:
    """A movie as ImageJ writes those above 4 GB: one page header, and the pixels after it, from there."""
    write_tif(path, MOVIE, imagej=True, metadata={"axes": "TZYX", "unit": "um"}, resolution=(10, 10))
    data = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as tif:
        first = tif.pages.first
        place = first.offset + 2 + 12 * len(first.tags)
        struct.pack_into(f"{tif.byteorder}I", data, place, 0)
        start = first.dataoffsets[0]
    path.write_bytes(data)
    return path, start


def test_planes_without_page_headers_are_read(tmp_path: Path) -> None:
    file = open_tif(one_header(tmp_path / "a.tif")[0])
    assert file.shape == MOVIE.shape
    np.testing.assert_array_equal(file.read(2, 0), MOVIE[2])


def test_truncated_planes_without_page_headers_are_counted(tmp_path: Path) -> None:
    path, start = one_header(tmp_path / "a.tif")
    path.write_bytes(path.read_bytes()[: start + MOVIE[0, 0].nbytes * 17 // 2])
    with pytest.raises(ImageFormatError, match=r"truncated: .* gives 12 planes .*, but it has 8"):
        open_tif(path)
    assert open_tif(path, axes="T,Z4").shape == (2, 4, 8, 10)


@pytest.mark.parametrize(
    ("counts", "problem"),
    [
        ({"SizeZ": "1"}, "gives 4 planes"),
        ({"SizeZ": "5"}, "gives 20 planes .T4 Z5 C1., but names 12"),
        ({"SizeT": "9"}, "gives 27 planes"),
        ({"SizeT": "900000000"}, "gives 2700000000 planes"),
        ({"SizeT": "0"}, "SizeT 0, order XYCZT, which is implausible"),
        ({"SizeX": "80"}, r"80 x 8 pixels .X x Y., but its pages have 10 x 8"),
        ({"SizeY": "3"}, "10 x 3 pixels"),
        ({"PlaneCount": "11"}, "names 11"),
        ({"IFD": "3"}, "names 9"),
        ({"DimensionOrder": "XYZZT"}, "order XYZZT, which is implausible"),
    ],
)
def test_ome_xml_that_contradicts_its_pages_is_refused(
    tmp_path: Path, counts: dict[str, str], problem: str
) -> None:
    source = write_tif(tmp_path / "b.ome.tif", MOVIE, metadata={"axes": "TZYX"})
    with tifffile.TiffFile(source) as tif:
        xml = tif.ome_metadata or ""
    for key, value in counts.items():
        xml, changes = re.subn(rf'\b{key}="[^"]*"', f'{key}="{value}"', xml, count=1)
        assert changes
    path = write_tif(tmp_path / "a.ome.tif", MOVIE, description=xml, metadata=None, ome=False)
    with pytest.raises(AxesError, match=rf"a.ome.tif: .*{problem}.*--axes"):
        open_tif(path)


def test_ome_xml_that_does_not_parse_is_refused(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.ome.tif", MOVIE, metadata={"axes": "TZYX"})
    path.write_bytes(path.read_bytes().replace(b"</OME>", b"</OMX>"))
    with pytest.raises(
        AxesError, match=r"OME-XML cannot be read \(mismatched tag.*12 planes are there.*--axes"
    ):
        open_tif(path)
    assert open_tif(path, axes="T4,Z3").shape == MOVIE.shape


def stopped_ome(path: Path, pages: int) -> Path:
    """An OME-TIFF whose XML names a page for each plane, of which some came."""
    planes = [
        f'<TiffData IFD="{t * 3 + z}" FirstT="{t}" FirstZ="{z}" PlaneCount="1"/>' for t, z in np.ndindex(4, 3)
    ]
    xml = (
        '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
        '<Image ID="Image:0" Name="run 7"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" '
        f'SizeX="10" SizeY="8" SizeZ="3" SizeC="1" SizeT="4">{"".join(planes)}</Pixels></Image></OME>'
    )
    return write_tif(path, MOVIE.reshape(-1, 8, 10)[:pages], description=xml, metadata=None, ome=False)


def test_missing_ome_planes_are_counted(tmp_path: Path) -> None:
    file = open_tif(stopped_ome(tmp_path / "a.tif", 7))
    assert (file.shape[:2], file.title) == ((2, 3), "run 7")
    assert "gives 12 planes (T4 x C1 x Z3), but it has 7" in file.notes[0]
    np.testing.assert_array_equal(file.read(1, 0), MOVIE[1])
    with pytest.raises(AxesError, match=r"gives 12 planes .*, but it has 2"):
        open_tif(stopped_ome(tmp_path / "b.tif", 2))


def test_planes_beyond_those_of_the_only_header_are_reported(tmp_path: Path) -> None:
    path, start = one_header(tmp_path / "a.tif")
    path.write_bytes(path.read_bytes()[: start + MOVIE.nbytes])
    assert open_tif(path).notes == ()
    file = open_tif(changed(path, {"frames": "3", "images": "09"}))
    assert file.shape[:2] == (3, 3)
    assert "gives 9 planes, but 480 more bytes follow; if planes are missing, copy it again" in file.notes[0]


@pytest.mark.parametrize(("planes", "axes"), [(8, "Z8"), (9, "T3,Z3")])
def test_the_axes_of_the_message_keep_volumes_together(tmp_path: Path, planes: int, axes: str) -> None:
    path, start = one_header(tmp_path / "a.tif")
    path.write_bytes(path.read_bytes()[: start + planes * MOVIE[0, 0].nbytes])
    with pytest.raises(ImageFormatError, match=f"but it has {planes}; copy it again, or .* --axes {axes} "):
        open_tif(path)
