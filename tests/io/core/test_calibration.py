from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.calibration import UNKNOWN, Calibration, check_voxel_size, find_calibration

CE = Path("Fluo-N3DH-CE/01/t000.tif")
OF_FILE = Calibration(voxel_size=(2.0, 0.3, 0.3), origin="OME metadata")


def test_the_file_is_believed_before_the_table() -> None:
    found = find_calibration(CE, OF_FILE)
    assert (found.voxel_size, found.origin) == ((2.0, 0.3, 0.3), "OME metadata")
    assert found.frame_interval == 1.0, "which the file does not say, but the table does"


def test_the_caller_is_believed_before_all() -> None:
    assert find_calibration(CE, OF_FILE, (1, 2, 3)).voxel_size == (1.0, 2.0, 3.0)


def test_the_table_is_named_where_it_is_used() -> None:
    found = find_calibration(CE, Calibration())
    assert (found.voxel_size, found.origin) == ((1.0, 0.09, 0.09), "CTC table: Fluo-N3DH-CE")


def test_nothing_is_guessed() -> None:
    assert find_calibration(Path("hela/01/t000.tif"), None) == Calibration(origin=UNKNOWN)


@pytest.mark.parametrize("size", [(1,), (1, 2, 3, 4), (0, 1, 1), (1, -1, 1), (1, 1, float("nan"))])
def test_a_voxel_size_is_two_or_three_lengths(size: tuple[float, ...]) -> None:
    with pytest.raises(ImageFormatError, match="give Z, Y, X"):
        check_voxel_size(size)
