from __future__ import annotations

import logging
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile

from helpers.files.ctc_folders import write_tif
from napari_devolearn.exceptions import AxesError, ImageFormatError
from napari_devolearn.io.tiff.tif import open_tif, open_tif_images

MOVIE = np.random.default_rng(0).integers(0, 2**16, (4, 3, 8, 10), np.uint16)


@pytest.mark.parametrize("photometric", ["rgb", "minisblack"])
def test_three_slices_in_one_page_are_slices(tmp_path: Path, photometric: str) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, MOVIE[0], photometric=photometric, planarconfig="separate")
    file = open_tif(path)
    assert (file.axes, file.channels, file.rgb) == ("Z3", 1, False)
    assert ("read as slices" in " ".join(file.notes)) is (photometric == "rgb")
    np.testing.assert_array_equal(file.read(0, 0), MOVIE[0])
    np.testing.assert_array_equal(file.read(0, 0, slice(1, 3)), MOVIE[0, 1:3])
    assert open_tif(path, axes="C").channels == 3


def test_rgb_samples_are_channels(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (2, 8, 10, 3), np.uint8)
    file = open_tif(write_tif(tmp_path / "a.tif", pixels, photometric="rgb"))
    assert (file.shape, file.channels, file.rgb) == ((1, 2, 8, 10), 3, True)
    np.testing.assert_array_equal(file.read(0, 2), pixels[..., 2])


def test_channels_have_their_names(tmp_path: Path) -> None:
    metadata = {"axes": "TCYX", "Channel": {"Name": ["histone", "membrane", "none"]}}
    file = open_tif(write_tif(tmp_path / "a.ome.tif", MOVIE, metadata=metadata))
    assert (file.axes, file.channel_names) == ("T4 C3", ("histone", "membrane", "none"))
    np.testing.assert_array_equal(file.read(1, 2)[0], MOVIE[1, 2])


@pytest.mark.parametrize(
    ("name", "title", "dtype", "labels"),
    [
        ("a.ome.tif", "Labels", "u2", True),
        ("a.ome.tif", "labels of mine", "u4", True),
        ("a.ome.tif", "Labels of GFP", "f4", False),
        ("a.ome.tif", "embryo", "u2", False),
        ("a_cp_masks.tif", None, "u2", True),
        ("a_seg.tif", None, "i4", True),
        ("a_labels.tif", None, "u1", True),
        ("masks_7.tif", None, "u1", True),
        ("a.labels.ome.tif", "embryo", "u2", True),
        ("a_labels.tif", None, "f4", False),
        ("unmasked.tif", None, "u2", False),
        ("labelled_cells.tif", None, "u2", False),
    ],
)
def test_integers_named_as_labels_are_labels(
    tmp_path: Path, name: str, title: str | None, dtype: str, labels: bool
) -> None:
    metadata = {"axes": "TZYX"} | ({"Name": title} if title else {})
    file = open_tif(write_tif(tmp_path / name, MOVIE.astype(dtype), metadata=metadata))
    assert file.labels is labels


def test_every_image_of_a_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as tif:
        tif.write(MOVIE, photometric="minisblack", metadata={"axes": "TZYX", "Name": "one"})
        tif.write(MOVIE[0, 0, :5], photometric="minisblack", metadata={"axes": "YX", "Name": "two"})
    first, second = open_tif_images(path)
    assert (first.title, first.shape, second.title, second.shape) == (
        "one",
        MOVIE.shape,
        "two",
        (1, 1, 5, 10),
    )
    np.testing.assert_array_equal(second.read(0, 0)[0], MOVIE[0, 0, :5])
    (note,) = open_tif(path).notes
    assert "has 2 images; 0 (" in note
    assert "1 (1 x 1 x 5 x 10 uint16 'two'): choose another with --series 1" in note
    chosen = open_tif(path, series=1)
    assert (chosen.title, chosen.notes) == ("two", ())
    assert open_tif(path, series=0, axes="ZTYX").shape == (3, 4, 8, 10)
    with pytest.raises(ImageFormatError, match="has no image 2, but 0 one, 1 two; choose one of them with"):
        open_tif(path, series=2)


def test_smaller_copies_are_not_images(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as tif:
        tif.write(MOVIE, subifds=1, photometric="minisblack", metadata={"axes": "TZYX"})
        tif.write(MOVIE[..., ::2, ::2], subfiletype=1, photometric="minisblack")
    (file,) = open_tif_images(path)
    assert (file.shape, file.notes) == (MOVIE.shape, ())
    np.testing.assert_array_equal(file.read(3, 0), MOVIE[3])
    flat = tmp_path / "b.tif"
    with tifffile.TiffWriter(flat) as tif:
        tif.write(MOVIE[0, 0], metadata=None, photometric="minisblack")
        tif.write(MOVIE[0, 0, ::2, ::2], subfiletype=1, metadata=None, photometric="minisblack")
    assert [one.shape for one in open_tif_images(flat)] == [(1, 1, 8, 10)]


def test_log_messages_of_tifffile_are_part_of_the_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_devolearn.io.tiff import tif

    def noisy(*_: object, **__: object) -> list:
        logging.getLogger("tifffile").warning("<TiffFile 'a.tif'> something is odd")
        raise ImageFormatError("a.tif: is damaged; copy it again")

    path = write_tif(tmp_path / "a.tif", MOVIE)
    monkeypatch.setattr(tif, "images_in", noisy)
    with pytest.raises(ImageFormatError, match=r"copy it again \(tifffile: something is odd\)"):
        open_tif(path)
    assert caplog.text == ""


def test_other_formats_of_tifffile_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_devolearn.io.tiff import header

    path = write_tif(tmp_path / "a.tif", MOVIE, metadata={"axes": "TZYX"}, compression="zlib")
    monkeypatch.setattr(header, "is_foreign", lambda _: True)
    file = open_tif(path)
    assert (file.axes, file.shape) == ("T4 Z3", MOVIE.shape)
    np.testing.assert_array_equal(file.read(2, 0), MOVIE[2])


def test_an_ome_name_without_ome_xml_is_reported(tmp_path: Path) -> None:
    (note,) = open_tif(write_tif(tmp_path / "a.ome.tif", MOVIE[0], metadata=None, ome=False)).notes
    assert "has no OME-XML, so that its 3 pages are read as slices; if they are not, name its axes" in note
    assert "--axes T2,Z5" in note
    assert not open_tif(write_tif(tmp_path / "a.tif", MOVIE[0], metadata=None)).notes
    assert not open_tif(write_tif(tmp_path / "b.ome.tif", MOVIE[0, 0], metadata=None, ome=False)).notes


def test_xml_of_ome_whose_root_is_damaged_is_refused(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.ome.tif", MOVIE, metadata={"axes": "TZYX"})
    path.write_bytes(path.read_bytes().replace(b"<OME ", b"<OMF "))
    with pytest.raises(AxesError, match="OME-XML cannot be read"):
        open_tif(path)


def test_planes_within_pages_are_counted_in_the_message(tmp_path: Path) -> None:
    planar = np.zeros((4, 3, 8, 9), np.uint16)
    head = "ImageJ=1.53t\nimages=12\nchannels=2\nslices=3\nframes=4\n"
    path = write_tif(tmp_path / "a.tif", planar, photometric=None, description=head, metadata=None)
    with pytest.raises(AxesError, match=r"12 planes are there; .*--axes T4,Z3"):
        open_tif(path)
    assert open_tif(path, axes="T4,Z3").shape == (4, 3, 8, 9)


def test_a_z_size_from_the_header_gives_no_warning(tmp_path: Path) -> None:
    sizes = {"PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1}
    stack = MOVIE[:, 0]
    with_z = {"axes": "TYX", "PhysicalSizeZ": 2.0} | sizes
    found = open_tif(write_tif(tmp_path / "a.ome.tif", stack, metadata=with_z), axes="Z")
    assert found.calibration is not None
    assert (found.calibration.voxel_size, found.notes) == ((2.0, 0.1, 0.1), ())
    found = open_tif(write_tif(tmp_path / "b.ome.tif", stack, metadata={"axes": "TYX"} | sizes), axes="Z")
    assert found.notes == ("its header has no size along Z: 1 um is used",)


def test_a_size_that_is_not_a_number_is_refused(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", MOVIE[0, 0], metadata=None, ome=False)
    data = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as tif:
        struct.pack_into("<I", data, tif.pages.first.tags[256].offset + 4, 2)  # two widths
    path.write_bytes(data)
    with pytest.raises(ImageFormatError, match=r"a\.tif: .*(damaged|cannot be read)"):
        open_tif(path)


@pytest.mark.parametrize("form", ["imagej", "ome", "shaped"])
def test_a_header_in_a_wrong_tag_is_reported(tmp_path: Path, form: str) -> None:
    path = write_tif(
        tmp_path / "a.tif",
        MOVIE,
        metadata={"axes": "TZYX"},
        **({"ome": False} | ({} if form == "shaped" else {form: True})),
    )
    data = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as tif:
        data[tif.pages.first.tags[270].offset] ^= 1  # its number
    path.write_bytes(data)
    (note,) = open_tif(path).notes
    assert note.startswith("is damaged: its header of ImageJ, OME or tifffile cannot be read, so that its ")


def test_an_invalid_tifffile_header_is_reported(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", MOVIE, metadata={"axes": "TZYX"})
    path.write_bytes(path.read_bytes().replace(b'"axes"', b"'axes'", 1))
    (note,) = open_tif(path).notes
    assert note.startswith("is damaged: its header of ImageJ, OME or tifffile cannot be read, so that its ")


def test_an_imagej_header_with_a_damaged_start_is_reported(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", MOVIE, imagej=True, metadata={"axes": "TZYX"})
    path.write_bytes(path.read_bytes().replace(b"ImageJ=", b"Im\0\0\0\0=", 1))
    (note,) = open_tif(path).notes
    assert note.startswith("is damaged: its header of ImageJ")


def test_a_truncated_imagej_header_is_reported(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", MOVIE, imagej=True, metadata={"axes": "TZYX"})
    data = path.read_bytes()
    at = data.index(b"images=")
    path.write_bytes(data[:at] + b"\0" * (data.index(b"\0", at) - at) + data[data.index(b"\0", at) :])
    (note,) = open_tif(path).notes
    assert note.startswith("its ImageJ header tells of 1 image, but its 12 pages are read")


@pytest.mark.parametrize(
    ("sizes", "problem"),
    [
        ("0, 3", "gives implausible sizes .T0 x Z3., and 12 planes"),
        ("4,-3", "gives implausible sizes .T4 x Z-3."),
    ],
)
def test_sizes_below_one_in_the_header_of_tifffile_are_named(
    tmp_path: Path, sizes: str, problem: str
) -> None:
    path = write_tif(tmp_path / "a.tif", MOVIE, metadata={"axes": "TZYX"})
    path.write_bytes(path.read_bytes().replace(b"[4, 3,", f"[{sizes},".encode(), 1))
    with pytest.raises(AxesError, match=f"a.tif: its tifffile header {problem}"):
        open_tif(path)


@pytest.mark.filterwarnings("ignore:.*zero-size array")
@pytest.mark.parametrize("shape", [(0,), (4, 0, 8, 10), (0, 3, 8, 10)])
def test_a_tif_without_pixels_is_named(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageFormatError, match=r"a.tif: no pixels; omit it"):
        open_tif(write_tif(tmp_path / "a.tif", np.zeros(shape, np.uint8)))


@pytest.mark.parametrize("photometric", ["minisblack", "separated"])
def test_samples_of_other_colours_are_channels_not_rgb(tmp_path: Path, photometric: str) -> None:
    samples = np.zeros((8, 10, 4), np.uint8)
    path = write_tif(tmp_path / "a.tif", samples, photometric=photometric, planarconfig="contig")
    file = open_tif(path)
    assert (file.channels, file.rgb) == (4, False)


def test_the_axes_named_for_planar_rgb_pages_fit(tmp_path: Path) -> None:
    pages = np.zeros((5, 3, 8, 10), np.uint8)
    path = write_tif(tmp_path / "a.tif", pages, photometric="rgb", planarconfig="separate")
    (note,) = open_tif(path).notes
    assert "--axes TC " in note
    file = open_tif(path, axes="TC")
    assert (file.shape, file.channels) == ((5, 1, 8, 10), 3)


def test_an_order_of_ome_that_does_not_begin_with_x_and_y_is_refused(tmp_path: Path) -> None:
    path = write_tif(
        tmp_path / "a.ome.tif", np.zeros((3, 8, 10), np.uint8), ome=True, metadata={"axes": "ZYX"}
    )
    path.write_bytes(path.read_bytes().replace(b"XYCZT", b"YXCZT"))
    with pytest.raises(AxesError, match="order YXCZT, which is implausible"):
        open_tif(path)


def test_metadata_in_another_file_is_reported(tmp_path: Path) -> None:
    xml = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:1">'
        '<BinaryOnly MetadataFile="a.companion.ome" UUID="urn:uuid:2"/></OME>'
    )
    path = write_tif(tmp_path / "a.ome.tif", MOVIE[0], description=xml, metadata=None)
    file = open_tif(path)
    assert file.shape == (1, 3, 8, 10)
    assert "has its OME-XML in another file, which is not read, so that its 3 pages" in file.notes[0]
