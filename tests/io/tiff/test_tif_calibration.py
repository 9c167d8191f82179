from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from ctc_folders import write_tif
from napari_devolearn.io.core.calibration import Calibration
from napari_devolearn.io.tiff.tif_calibration import calibration_of_tif, ome_frames, ome_image_name

STACK = np.zeros((3, 5, 7), np.uint8)


def calibration(path: Path, slices: int = 3) -> Calibration | None:
    with tifffile.TiffFile(path) as tif:
        return calibration_of_tif(tif, slices)


def imagej(path: Path, resolution: tuple[float, float] = (5, 4), **metadata: Any) -> Calibration | None:
    write_tif(path / "ij.tif", STACK, imagej=True, resolution=resolution, metadata={"axes": "ZYX"} | metadata)
    return calibration(path / "ij.tif")


def ome(path: Path, slices: int = 3, **metadata: Any) -> Calibration | None:
    write_tif(path / "a.ome.tif", STACK, metadata={"axes": "ZYX"} | metadata)
    return calibration(path / "a.ome.tif", slices)


@pytest.mark.parametrize(
    ("unit", "um"), [("um", 1), ("micron", 1), ("\\u00B5m", 1), ("nm", 0.001), ("mm", 1000)]
)
def test_imagej_lengths_are_brought_to_um(tmp_path: Path, unit: str, um: float) -> None:
    # tifffile writes the resolutions in the order x, y
    found = imagej(tmp_path, unit=unit, spacing=1.5)
    assert found is not None
    assert found.voxel_size == pytest.approx((1.5 * um, 0.25 * um, 0.2 * um))
    assert found.origin == "ImageJ metadata"


def test_the_micro_sign_of_older_imagej_is_read(tmp_path: Path) -> None:
    description = "ImageJ=1.40g\nimages=3\nslices=3\nunit=µm\nspacing=2.0\n".encode("latin-1")
    path = write_tif(tmp_path / "a.tif", STACK, description=description, metadata=None, resolution=(5, 5))
    found = calibration(path)
    assert found is not None
    assert found.voxel_size == pytest.approx((2, 0.2, 0.2))


@pytest.mark.parametrize("unit", [{}, {"unit": "inch"}, {"unit": "cm"}, {"unit": "pixel"}])
def test_imagej_without_a_length_is_not_calibrated(tmp_path: Path, unit: dict[str, str]) -> None:
    found = imagej(tmp_path, resolution=(72, 72), **unit)
    assert found == Calibration()


def test_imagej_leaves_a_spacing_of_one_out(tmp_path: Path) -> None:
    found = imagej(tmp_path, unit="um")
    assert found is not None
    assert found.voxel_size == (1.0, 0.25, 0.2)
    assert "no spacing" in found.origin


@pytest.mark.parametrize(
    ("unit", "minutes"), [({}, 1.5), ({"tunit": "min"}, 90), ({"tunit": "fortnight"}, None)]
)
def test_imagej_intervals_are_brought_to_minutes(
    tmp_path: Path, unit: dict[str, str], minutes: float | None
) -> None:
    found = imagej(tmp_path, finterval=90, **unit)
    assert found is not None
    assert found.frame_interval == minutes


def test_ome_units_are_read(tmp_path: Path) -> None:
    sizes = {"PhysicalSizeX": 90, "PhysicalSizeXUnit": "nm", "PhysicalSizeY": 0.1, "PhysicalSizeZ": 1}
    found = ome(tmp_path, **sizes, TimeIncrement=90, TimeIncrementUnit="s")
    assert found is not None
    assert found.voxel_size == pytest.approx((1, 0.1, 0.09))
    assert (found.origin, found.frame_interval) == ("OME metadata", 1.5)


def test_ome_without_z_calibrates_a_plane_but_no_stack(tmp_path: Path) -> None:
    sizes = {"PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1}
    plane, stack = ome(tmp_path, slices=1, **sizes), ome(tmp_path, **sizes)
    assert plane is not None
    assert stack is not None
    assert plane.voxel_size == (1.0, 0.1, 0.1)
    assert stack.voxel_size is None
    assert "PhysicalSizeZ" in stack.origin


def test_plain_resolutions_are_not_believed(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", STACK, resolution=(52632, 52632), resolutionunit="CENTIMETER")
    assert calibration(path) is None


def test_names_and_frames_come_from_ome(tmp_path: Path) -> None:
    numbers = {"Namespace": "napari-devolearn", "frames": "5,7,9"}
    ome(tmp_path, Name="labels of mine", MapAnnotation=numbers)
    with tifffile.TiffFile(tmp_path / "a.ome.tif") as tif:
        assert ome_image_name(tif.ome_metadata) == "labels of mine"
        assert ome_frames(tif.ome_metadata) == (5, 7, 9)


@pytest.mark.parametrize("xml", [None, "", "<OME", "<OME/>"])
def test_broken_ome_says_nothing(xml: str | None) -> None:
    assert ome_image_name(xml) == ""
    assert ome_frames(xml) == ()
