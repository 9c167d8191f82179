from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import tifffile

from helpers.drawn.lineage import FRAMES, VOXEL_SIZE, drawn_labels
from napari_devolearn.exceptions import ImageFormatError, OutputExistsError, TooManyLabelsError
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.ctc.masks import read_labels
from napari_devolearn.io.tiff import ome_tiff
from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff


def pixels(path: Path) -> dict[str, str]:
    with tifffile.TiffFile(path) as tif:
        return ET.fromstring(tif.ome_metadata).find(".//{*}Pixels").attrib


def test_labels_and_calibration_are_in_the_file(tmp_path: Path) -> None:
    path = write_ome_tiff(
        tmp_path / "a.ome.tif", drawn_labels(), voxel_size=VOXEL_SIZE, frame_interval=1.5, frames=FRAMES
    )
    with tifffile.TiffFile(path) as tif:
        assert tif.series[0].axes == "TZYX"
        assert tif.series[0].dtype == np.uint16
        assert not tif.is_bigtiff
        assert tif.pages[0].compression == tifffile.COMPRESSION.ADOBE_DEFLATE
        assert 'Name="labels"' in tif.ome_metadata
        assert '<M K="frames">7,8,9,10,11</M>' in tif.ome_metadata
        np.testing.assert_array_equal(tif.asarray(), drawn_labels())
    found = pixels(path)
    sizes = [(found[f"PhysicalSize{axis}"], found[f"PhysicalSize{axis}Unit"]) for axis in "ZYX"]
    assert sizes == [("1.0", "µm"), ("0.09", "µm"), ("0.09", "µm")]
    assert (found["TimeIncrement"], found["TimeIncrementUnit"]) == ("1.5", "min")


def test_unknown_values_are_omitted(tmp_path: Path) -> None:
    found = pixels(write_ome_tiff(tmp_path / "a.ome.tif", drawn_labels()))
    assert not [key for key in found if key.startswith(("Physical", "Time"))]


@pytest.mark.parametrize(("given", "kept"), [("uint8", "uint8"), ("uint16", "uint16"), ("int64", "uint32")])
def test_small_unsigned_types_are_kept(tmp_path: Path, given, kept) -> None:
    path = write_ome_tiff(tmp_path / "a.ome.tif", drawn_labels().astype(given))
    assert tifffile.imread(path).dtype == kept


def test_a_stream_of_frames_is_written_frame_by_frame(tmp_path: Path) -> None:
    frames = (frame + np.uint32(70000) for frame in drawn_labels())
    path = write_ome_tiff(tmp_path / "a.ome.tif", frames, shape=(5, 2, 6, 8))
    np.testing.assert_array_equal(tifffile.imread(path), drawn_labels() + np.uint32(70000))


def test_the_calibration_of_a_stack_is_written(tmp_path: Path) -> None:
    stack = Stack(data=drawn_labels(), name="", source=Path(), frames=FRAMES, voxel_size=VOXEL_SIZE)
    assert pixels(write_ome_tiff(tmp_path / "a.ome.tif", stack))["PhysicalSizeY"] == "0.09"


def test_a_file_above_4_gb_is_a_bigtiff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ome_tiff, "_CLASSIC_TIFF_LIMIT", 100)
    with tifffile.TiffFile(write_ome_tiff(tmp_path / "a.ome.tif", drawn_labels())) as tif:
        assert tif.is_bigtiff


@pytest.mark.parametrize(
    ("labels", "options", "error", "message"),
    [
        (iter(drawn_labels()), {}, ImageFormatError, r"needs shape=\(T, Z, Y, X\)"),
        (iter(drawn_labels()), {"shape": (6, 2, 6, 8)}, ImageFormatError, "5 frames, but the shape"),
        (iter(drawn_labels()), {"shape": (4, 2, 6, 8)}, ImageFormatError, "more frames than the 4"),
        (iter(drawn_labels()), {"shape": (5, 2, 6, 9)}, ImageFormatError, "frame 1 has shape"),
        (np.array([[2**32]]), {}, TooManyLabelsError, "label 4294967296 is larger"),
        (np.array([[-2]]), {}, ImageFormatError, "label -2 is negative"),
        (np.array([[0.5]]), {}, ImageFormatError, "labels are float64"),
    ],
)
def test_labels_too_large_for_the_format_leave_no_files(
    tmp_path: Path, labels, options, error, message
) -> None:
    with pytest.raises(error, match=message):
        write_ome_tiff(tmp_path / "a.ome.tif", labels, **options)
    assert not list(tmp_path.iterdir())


def test_an_existing_file_is_replaced_only_with_overwrite(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.tif"
    path.write_text("old")
    with pytest.raises(OutputExistsError, match="already exists"):
        write_ome_tiff(path, drawn_labels())
    assert path.read_text() == "old"
    write_ome_tiff(path, drawn_labels(), overwrite=True)
    np.testing.assert_array_equal(tifffile.imread(path), drawn_labels())


@pytest.mark.skipif(sys.platform == "win32", reason="names are Unicode there")
def test_a_name_that_is_not_utf8_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"embri\xf3n.ome.tif")
    write_ome_tiff(path, np.ones((1, 2, 3, 4), np.uint8), name="nuclei")
    stack = read_labels(path)
    assert stack.name == "embri\ufffdn"
    write_ome_tiff(tmp_path / "again.ome.tif", stack)
    assert read_labels(tmp_path / "again.ome.tif").shape == (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"voxel_size": (-1, 0.1, 0.1)}, "each above 0"),
        ({"voxel_size": (float("nan"), 0.1, 0.1)}, "each above 0"),
        ({"voxel_size": (0.1, 0.1)}, "since there are 3 slices"),
        ({"voxel_size": (1e30, 0.1, 0.1)}, "implausible; give Z, Y, X in um, each from 0.0001 to 100000"),
        ({"voxel_size": "111"}, "each above 0"),
        ({"frames": (1, 10**9)}, "of at most nine digits"),
        ({"frame_interval": -1.0}, "give minutes above 0"),
        ({"frames": (1, 2, 3)}, "3 frame numbers for 2 frames"),
        ({"frames": (3, 1)}, "frame numbers 3, 1 are not whole numbers from 0 that rise"),
        ({"frames": (-1, 0)}, "not whole numbers from 0 that rise"),
        ({"frames": (0.5, 1.5)}, "not whole numbers from 0 that rise"),
        ({"dtype": "float32"}, "written as whole numbers, not as float32"),
        ({"name": "labels \x01"}, "characters that XML does not allow"),
    ],
)
def test_invalid_metadata_are_not_written(tmp_path: Path, options: dict, problem: str) -> None:
    labels = np.zeros((2, 3, 4, 5), np.uint16)
    with pytest.raises(ImageFormatError, match=problem):
        write_ome_tiff(tmp_path / "a.ome.tif", labels, **options)
    assert not (tmp_path / "a.ome.tif").exists()


@pytest.mark.parametrize("offset", [(float("nan"), 0, 0), (1, 2), ("a", 0, 0), 3])
def test_an_invalid_offset_is_refused(tmp_path: Path, offset: Any) -> None:
    with pytest.raises(ImageFormatError, match="give Z, Y, X in voxels, as numbers"):
        write_ome_tiff(tmp_path / "a.ome.tif", np.zeros((1, 2, 3, 4), np.uint8), offset=offset)


@pytest.mark.parametrize("name", ["labels", "labels.png", "."])
def test_a_name_that_does_not_open_as_a_tif_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ImageFormatError, match=r"give a name ending in \.ome\.tif"):
        write_ome_tiff(tmp_path / name, drawn_labels())
    assert not any(tmp_path.iterdir())
