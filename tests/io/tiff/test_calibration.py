from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers.files.ctc_folders import write_tif
from napari_devolearn.io.core.calibration import UNKNOWN, Calibration
from napari_devolearn.io.tiff.tif import open_tif

STACK = np.zeros((3, 5, 7), np.uint8)


def calibration(path: Path, *, volume: bool = False) -> Calibration:
    return open_tif(path, volume=volume).calibration or Calibration()


def imagej(path: Path, resolution: tuple[float, float] = (5, 4), **metadata: Any) -> Calibration:
    write_tif(path / "ij.tif", STACK, imagej=True, resolution=resolution, metadata={"axes": "ZYX"} | metadata)
    return calibration(path / "ij.tif")


def described(path: Path, text: str, **options: Any) -> Calibration:
    head = "ImageJ=1.53t\nimages=3\nslices=3\n"
    data = (head + text).encode("latin-1")
    return calibration(write_tif(path / "a.tif", STACK, description=data, metadata=None, **options))


def ome(path: Path, pixels: np.ndarray = STACK, **metadata: Any) -> Calibration:
    axes = "ZYX"[-pixels.ndim :]
    return calibration(write_tif(path / "a.ome.tif", pixels, metadata={"axes": axes} | metadata))


@pytest.mark.parametrize(
    ("unit", "um"), [("um", 1), ("micron", 1), ("\\u00B5m", 1), ("nm", 0.001), ("mm", 1000), ("cm", 10000)]
)
def test_imagej_lengths_are_converted_to_um(tmp_path: Path, unit: str, um: float) -> None:
    # tifffile writes the resolutions in the order x, y
    found = imagej(tmp_path, resolution=(5 * um, 4 * um), unit=unit, spacing=1.5 / um)
    assert found.voxel_size == pytest.approx((1.5, 0.25, 0.2))
    assert found.origin == "ImageJ metadata"


def test_the_micro_sign_of_older_imagej_is_read(tmp_path: Path) -> None:
    assert described(tmp_path, "unit=µm\nspacing=2.0\n", resolution=(5, 5)).voxel_size == pytest.approx(
        (2, 0.2, 0.2)
    )


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("unit=um\nyunit=nm\nzunit=mm\nspacing=0.001\n", (1, 2e-4, 0.2)),
        ("unit=um\nyunit=pixel\nzunit=pixel\nspacing=3\n", (3, 0.2, 0.2)),
        ("unit=um\nspacing=0,5\n", (0.5, 0.2, 0.2)),
        ("unit=um\nspacing=-0.5\n", (0.5, 0.2, 0.2)),  # ImageJ writes the stage's direction as a sign
    ],
)
def test_each_axis_can_have_its_own_unit_and_sign(tmp_path: Path, text: str, size: tuple) -> None:
    assert described(tmp_path, text, resolution=(5, 5)).voxel_size == pytest.approx(size)


@pytest.mark.parametrize("spacing", ["0", "nan", "inf", "wide", "1e30"])
def test_an_implausible_spacing_is_unknown_and_reported(tmp_path: Path, spacing: str) -> None:
    found = described(tmp_path, f"unit=um\nspacing={spacing}\n", resolution=(5, 5))
    assert found.voxel_size is None
    assert len(found.notes) == 1


@pytest.mark.parametrize("unit", [{}, {"unit": "inch"}, {"unit": "pixel"}])
def test_dots_per_inch_are_not_a_length(tmp_path: Path, unit: dict[str, str]) -> None:
    found = imagej(tmp_path, resolution=(72, 72), **unit)
    assert (found.voxel_size, found.origin, found.notes) == (None, UNKNOWN, ())


def test_a_missing_imagej_spacing_is_one(tmp_path: Path) -> None:
    found = imagej(tmp_path, unit="um")
    assert found.voxel_size == (1.0, 0.25, 0.2)
    assert "no spacing" in found.origin


@pytest.mark.parametrize(
    ("unit", "minutes"), [({}, 1.5), ({"tunit": "min"}, 90), ({"tunit": "fortnight"}, None)]
)
def test_imagej_intervals_are_converted_to_minutes(
    tmp_path: Path, unit: dict[str, str], minutes: float | None
) -> None:
    assert imagej(tmp_path, finterval=90, **unit).frame_interval == minutes


def test_ome_units_are_read(tmp_path: Path) -> None:
    sizes = {"PhysicalSizeX": 90, "PhysicalSizeXUnit": "nm", "PhysicalSizeY": 0.1, "PhysicalSizeZ": 1}
    found = ome(tmp_path, **sizes, TimeIncrement=90, TimeIncrementUnit="s")
    assert found.voxel_size == pytest.approx((1, 0.1, 0.09))
    assert (found.origin, found.frame_interval) == ("OME metadata", 1.5)


@pytest.mark.parametrize(
    ("sizes", "voxel_size", "said"),
    [
        ({"PhysicalSizeZ": -1.0}, (1, 0.1, 0.1), "Z edge of -1 um is read as 1"),
        ({"PhysicalSizeX": -1.6e9}, None, "X edge of -1.6e.09 um is implausible"),
        ({"PhysicalSizeY": 0.0}, None, "Y edge of 0 um is implausible"),
        ({"PhysicalSizeY": float("inf")}, None, "Y edge of inf um is implausible"),
        ({"TimeIncrement": -90.0}, (1, 0.1, 0.1), "frame interval of -1.5 min is read as 1.5"),
    ],
)
def test_implausible_ome_lengths_are_reported(
    tmp_path: Path, sizes: dict[str, float], voxel_size: tuple | None, said: str
) -> None:
    found = ome(tmp_path, **({"PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1, "PhysicalSizeZ": 1.0} | sizes))
    assert found.voxel_size == voxel_size
    import re

    assert re.search(said, " ".join(found.notes))


def test_ome_without_z_calibrates_a_plane_but_no_stack(tmp_path: Path) -> None:
    sizes = {"PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1}
    assert ome(tmp_path, STACK[0], **sizes).voxel_size == (1.0, 0.1, 0.1)
    stack = ome(tmp_path, **sizes)
    assert stack.voxel_size is None
    assert "no size along Z" in stack.origin


def test_resolution_tags_calibrate_a_plane_but_no_stack_and_no_mask_of_a_sequence(tmp_path: Path) -> None:
    tags = {"resolution": (52631.6, 52631.6), "resolutionunit": "CENTIMETER"}
    plane = calibration(write_tif(tmp_path / "a.tif", STACK[0], **tags))
    assert plane.voxel_size == pytest.approx((1, 0.19, 0.19), abs=1e-4)
    assert plane.origin == "TIFF resolution"
    path = write_tif(tmp_path / "b.tif", STACK, **tags)
    assert (calibration(path).voxel_size, "no size along Z" in calibration(path).origin) == (None, True)
    assert calibration(path, volume=True) == Calibration()
    dots = {"resolution": (300, 300), "resolutionunit": "INCH"}
    assert calibration(write_tif(tmp_path / "c.tif", STACK[0], **dots)) == Calibration()


def test_the_unit_in_tifffile_metadata_is_read(tmp_path: Path) -> None:
    metadata = {"axes": "ZYX", "unit": "um", "spacing": 2.0}
    found = calibration(write_tif(tmp_path / "a.tif", STACK, metadata=metadata, resolution=(5, 5)))
    assert found.voxel_size == pytest.approx((2, 0.2, 0.2))


def test_an_unknown_unit_is_reported(tmp_path: Path) -> None:
    found = described(tmp_path, "unit=furlong\nspacing=1\n", resolution=(5, 4))
    assert (found.voxel_size, found.notes) == (
        None,
        ("its unit 'furlong' is not a known unit of length",),
    )
    assert described(tmp_path, "unit=pixel\nspacing=1\n", resolution=(5, 4)).notes == ()
    found = ome(tmp_path, PhysicalSizeX=0.1, PhysicalSizeXUnit="reference frame", PhysicalSizeY=0.1)
    assert found.voxel_size is None
    assert found.notes == ("its PhysicalSizeXUnit 'reference frame' is not a known unit of length",)


@pytest.mark.parametrize(("tag", "um"), [(2, 25400), (3, 10000), (4, 1000), (5, 1)])
def test_imagej_without_a_unit_uses_that_of_the_tags(tmp_path: Path, tag: int, um: float) -> None:
    options = {"resolution": (um / 0.2, um / 0.25), "resolutionunit": tag}
    found = described(tmp_path, "spacing=1\n", **options)
    assert "0.25 x 0.2 um in Y and X, but no size along Z" in found.origin
    assert found.voxel_size is None
    assert described(tmp_path, "spacing=1\n", resolution=(1, 1), resolutionunit=tag).origin == UNKNOWN
