from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import tifffile

from helpers.files.ctc_folders import write_tif
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.image import read_image

TZCYX = np.arange(2 * 12 * 2 * 4 * 6, dtype=np.uint16).reshape(2, 12, 2, 4, 6)

PLANE = {"axes": "YX", "PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1}

NAMES = [
    "Series001_t{t:02d}_z{z:02d}_ch{c:02d}.tif",  # LAS X
    "Exp_s1z{z}c{c}t{t}_ORG.TIF",  # ZEN
    "img_channel{c:03d}_position000_time{t:09d}_z{z:03d}.tif",  # Micro-Manager 2
    "img_{t:09d}_channel {c}_{z:03d}.tif",  # Micro-Manager 1.4
    "emb_T{t:03d}_Z{z:03d}_C{c}.tif",
    "C{c}-Z{z}-T{t}.tiff",
]


def _write(folder: Path, form: str, channels: int = 2, **options: object) -> None:
    for t, z, c in np.ndindex(2, 12, channels):
        write_tif(folder / form.format(t=t, z=z, c=c), TZCYX[t, z, c], **options)


@pytest.mark.parametrize("form", NAMES)
def test_files_of_planes_become_volumes_and_channels(tmp_path: Path, form: str) -> None:
    _write(tmp_path, form)
    for channel in range(2):
        image = read_image(tmp_path, channel=channel)
        np.testing.assert_array_equal(np.asarray(image.data), TZCYX[:, :, channel])
    with pytest.raises(ImageFormatError, match="has the 2 channels"):
        read_image(tmp_path)


@pytest.mark.parametrize("form", ["a_z{}.tif", "slice_{:03d}.tif", "a plane{}.tif"])
def test_planes_without_times_are_one_volume(tmp_path: Path, form: str) -> None:
    for z in range(12):
        write_tif(tmp_path / form.format(z + 1), TZCYX[0, z, 0])
    image = read_image(tmp_path)
    np.testing.assert_array_equal(np.asarray(image.data), TZCYX[:1, :, 0])


def test_volumes_of_metamorph_become_channels(tmp_path: Path) -> None:
    for t, c in np.ndindex(2, 2):
        write_tif(tmp_path / f"a_w{('1GFP', '2RFP')[c]}_t{t + 1}.TIF", TZCYX[t, :, c])
    image = read_image(tmp_path, channel="w2RFP")
    np.testing.assert_array_equal(np.asarray(image.data), TZCYX[:, :, 1])


def test_the_size_along_z_is_not_taken_from_a_plane(tmp_path: Path) -> None:
    _write(tmp_path, "t{t}_z{z}.ome.tif", 1, ome=True, metadata=PLANE)
    image = read_image(tmp_path)
    assert image.voxel_size is None
    assert "0.1 x 0.1 um in Y and X, but no size along Z" in image.calibration


def test_missing_planes_are_refused(tmp_path: Path) -> None:
    _write(tmp_path, "t{t}_z{z:02d}_ch{c:02d}.tif")
    (tmp_path / "t1_z11_ch01.tif").unlink()
    with pytest.raises(ImageFormatError, match=r"t1_z00_ch00.tif: .* planes .* are missing: ch01 z11; copy"):
        read_image(tmp_path, channel=0)


def test_the_same_plane_twice_is_refused(tmp_path: Path) -> None:
    for name in ("a_z1.tif", "a_z01.tif"):
        write_tif(tmp_path / name, TZCYX[0, 0, 0])
    with pytest.raises(ImageFormatError, match="is the same plane as"):
        read_image(tmp_path)


def test_a_file_that_is_no_plane_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, "t{t}_z{z}.tif", 1)
    write_tif(tmp_path / "projection.tif", TZCYX[0, 0, 0])
    with pytest.raises(ImageFormatError, match=r"projection.tif: is 1 x 4 x 6"):
        read_image(tmp_path)


@pytest.mark.parametrize("form", ["s{}.tif", "xyz{}.tif", "emb{}c.tif", "week{}.tif", "arc{}.tif"])
def test_other_names_are_time_points(tmp_path: Path, form: str) -> None:
    for t in range(2):
        tifffile.imwrite(tmp_path / form.format(t), TZCYX[t, :, 0], photometric="minisblack")
    assert read_image(tmp_path).shape == (2, 12, 4, 6)


@pytest.mark.parametrize(
    ("form", "numbers", "skipped"),
    [
        ("img_{:04d}.tif", (0, 1, 3, 7), "2, 4-6"),
        ("a_t{:02d}_c0.tif", (1, 2, 4), "3"),
        ("a{}.tif", (1, 2, 3), ""),
        ("a{}.tif", (0, 5, 10), ""),
        ("a{}.tif", (5, 99), ""),
        ("a{}.tif", (20240101120000, 20240101120001, 20250101120000), ""),
        ("a{0}_b{0}.tif", (1, 2, 4), ""),
    ],
)
def test_skipped_numbers_are_reported(
    tmp_path: Path, form: str, numbers: tuple[int, ...], skipped: str
) -> None:
    for number in numbers:
        write_tif(tmp_path / form.format(number), TZCYX[0, :, 0])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert read_image(tmp_path).frames == tuple(range(len(numbers)))
    assert [f"skip {skipped}, and" in str(one.message) for one in caught] == [True] * bool(skipped)
