from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from helpers.files.ctc_folders import write_tif
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.tiff.tif import open_tif, open_tif_images

MOVIE = np.random.default_rng(0).integers(0, 2**16, (3, 4, 24, 40), np.uint16)
WAYS = {
    "contiguous": {},
    "motorola": {"byteorder": ">"},
    "deflate": {"compression": "zlib", "predictor": True},
    "lzw": {"compression": "lzw"},
    "tiles": {"compression": "zlib", "tile": (16, 16)},
    "big": {"bigtiff": True},
    "imagej": {"imagej": True, "metadata": {"axes": "TZYX"}},
    "ome": {"ome": True, "metadata": {"axes": "TZYX"}},
    "single page": {"volumetric": True, "tile": (16, 16, 16)},
}


@pytest.mark.parametrize("way", WAYS)
def test_each_volume_is_read_separately(tmp_path: Path, way: str) -> None:
    movie = MOVIE[:1] if way == "single page" else MOVIE
    file = open_tif(write_tif(tmp_path / "a.tif", movie[0] if way == "single page" else movie, **WAYS[way]))
    assert file.shape == movie.shape
    for t, volume in enumerate(movie):
        read = file.read(t, 0)
        assert read.dtype == file.dtype == np.uint16
        np.testing.assert_array_equal(read, volume)


def test_channels_are_kept_apart(tmp_path: Path) -> None:
    both = np.stack([MOVIE, MOVIE // 2], axis=2)
    file = open_tif(write_tif(tmp_path / "a.tif", both, imagej=True, metadata={"axes": "TZCYX"}))
    assert (file.channels, file.shape) == (2, MOVIE.shape)
    np.testing.assert_array_equal(file.read(1, 1), MOVIE[1] // 2)


@pytest.mark.parametrize("dtype", ["?", "i1", "f2", "f8", "u8"])
def test_all_real_pixel_types_are_read(tmp_path: Path, dtype: str) -> None:
    pixels = MOVIE[0].astype(dtype)
    file = open_tif(write_tif(tmp_path / "a.tif", pixels))
    np.testing.assert_array_equal(file.read(0, 0), pixels)


def test_one_pixel_is_an_image(tmp_path: Path) -> None:
    assert open_tif(write_tif(tmp_path / "a.tif", MOVIE[0, 0, :1, :1])).shape == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("pixels", "options", "problem"),
    [
        (np.zeros((8, 8), np.complex64), {}, "complex numbers; save their magnitude"),
    ],
)
def test_rgb_images_are_refused(tmp_path: Path, pixels: np.ndarray, options: dict, problem: str) -> None:
    with pytest.raises(ImageFormatError, match=f"a.tif: .*{problem}"):
        open_tif(write_tif(tmp_path / "a.tif", pixels, **options))


def test_truncated_pixels_are_detected_when_opening(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", MOVIE[0, 0])
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ImageFormatError, match=r"a.tif: truncated: .* copy it again"):
        open_tif(path)


def test_damage_is_reported_when_reading(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", MOVIE[0], compression="zlib")
    file = open_tif(path)
    data = path.read_bytes()
    path.write_bytes(data[:600] + bytes(500) + data[1100:])
    with pytest.raises(ImageFormatError, match=r"a.tif: cannot be read \(.*\); copy it again"):
        file.read(0, 0)


def test_a_changed_file_is_reported_when_reading(tmp_path: Path) -> None:
    file = open_tif(write_tif(tmp_path / "a.tif", MOVIE[0]))
    write_tif(tmp_path / "a.tif", MOVIE[0, :2])
    with pytest.raises(ImageFormatError, match="has changed since it was opened"):
        file.read(0, 0)


def test_a_removed_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ImageFormatError, match=r"a.tif: no such file"):
        open_tif(tmp_path / "a.tif")


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may read everything")
def test_a_file_without_permission_is_reported(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", MOVIE[0])
    path.chmod(0)
    with pytest.raises(ImageFormatError, match="may not be read"):
        open_tif(path)


def test_planes_in_missing_files_are_not_read_as_zeros(tmp_path: Path) -> None:
    planes = "".join(
        f'<TiffData IFD="0" FirstZ="{z}" PlaneCount="1"><UUID FileName="{name}">urn:uuid:{z}</UUID>'
        "</TiffData>"
        for z, name in enumerate(["a.ome.tif", "gone.ome.tif"])
    )
    xml = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:0">'
        '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" SizeX="40" '
        f'SizeY="24" SizeZ="2" SizeC="1" SizeT="1">{planes}</Pixels></Image></OME>'
    )
    path = write_tif(tmp_path / "a.ome.tif", MOVIE[0, 0], description=xml, metadata=None, ome=False)
    with pytest.raises(
        ImageFormatError, match=r"1 of its 2 planes are in other files, .* put them next to it"
    ):
        open_tif(path)
    write_tif(tmp_path / "gone.ome.tif", MOVIE[0, 1], description=xml, metadata=None, ome=False)
    np.testing.assert_array_equal(open_tif(path).read(0, 0), MOVIE[0, :2])


def test_the_first_of_several_images_is_opened_and_the_others_are_reported(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", MOVIE[0])
    write_tif(path, MOVIE[0, 0, :5], append=True)
    file = open_tif(path)
    assert file.shape == (1, *MOVIE.shape[1:])
    assert "has 2 images; 0 (1 x 4 x 24 x 40 uint16) is opened, not 1 (1 x 1 x 5 x 40" in file.notes[0]
    assert len(open_tif_images(path)) == 2
