from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.calibration import (
    UNKNOWN,
    Calibration,
    calibration_from,
    check_interval,
    check_voxel_size,
    find_calibration,
    size_warnings,
)
from napari_devolearn.io.core.stack import Stack

CE = Path("Fluo-N3DH-CE/01/t000.tif")
OF_FILE = Calibration(voxel_size=(2.0, 0.3, 0.3), origin="OME metadata")


def test_the_file_has_priority_over_the_table() -> None:
    found = find_calibration(CE, OF_FILE)
    assert (found.voxel_size, found.origin) == ((2.0, 0.3, 0.3), "OME metadata")
    assert found.frame_interval == 1.0, "which the file does not say, but the table does"


def test_the_caller_has_the_highest_priority() -> None:
    assert find_calibration(CE, OF_FILE, (1, 2, 3)).voxel_size == (1.0, 2.0, 3.0)


def test_the_table_is_named_where_it_is_used() -> None:
    found = find_calibration(CE, Calibration())
    assert (found.voxel_size, found.origin) == ((1.0, 0.09, 0.09), "CTC table: Fluo-N3DH-CE")


def test_nothing_is_guessed() -> None:
    assert find_calibration(Path("hela/01/t000.tif"), None) == Calibration(origin=UNKNOWN)


@pytest.mark.parametrize(
    "size",
    [(1,), (1, 2, 3, 4), (0, 1, 1), (1, -1, 1), (1, 1, float("nan")), 0.1, "abc", ("a", 1, 1), (None, 1, 1)],
)
def test_a_voxel_size_is_two_or_three_lengths(size: Any) -> None:
    with pytest.raises(ImageFormatError, match="give Z, Y, X"):
        check_voxel_size(size)


def test_two_edges_are_only_for_a_single_plane() -> None:
    assert check_voxel_size((2, 3)) == (1.0, 2.0, 3.0)
    with pytest.raises(ImageFormatError, match="give Z, Y, X in um, since there are 3 slices"):
        check_voxel_size((2, 3), 3)


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), float("inf"), 2e6, "soon"])
def test_a_frame_interval_is_plausible(minutes: float) -> None:
    check_interval(None)
    with pytest.raises(ImageFormatError, match="give minutes above 0"):
        check_interval(minutes)


@pytest.mark.parametrize("edge", [0, float("nan"), float("inf"), 1e30, -1e30, 1e-30])
def test_an_implausible_edge_is_unknown_and_reported(edge: float) -> None:
    found = calibration_from({"Z": 1.0, "Y": edge, "X": 1.0}, origin="header", slices=3)
    assert found.voxel_size is None
    assert "is implausible and is treated as unknown" in found.notes[0]
    assert found.notes[0] in found.origin


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ((1, 0.1, 0.1), None),
        (None, None),
        ((1, 200, 200), "a pixel of 200 um is larger than a nucleus"),
        ((1e-3, 2e-4, 2e-4), "makes the whole image 0.02 um wide"),
        ((1, 0.2, 2e-3), "a pixel of 0.002 um makes the whole image 0.2 um wide"),
        ((1, 2e-3, 0.2), "a pixel of 0.002 um makes the whole image 0.2 um high"),
    ],
)
def test_implausible_sizes_give_warnings(size: tuple | None, said: str | None) -> None:
    found = size_warnings(size, (5, 100, 100))
    assert len(found) == (said is not None)
    assert all(said in line and "--voxel-size" in line for line in found)


def test_a_stack_refuses_invalid_sizes() -> None:
    data = np.zeros((1, 1, 2, 2), np.uint8)
    with pytest.raises(ImageFormatError, match="each above 0"):
        Stack(data=data, name="", source=Path(), frames=(0,), voxel_size=(1, -1, 1))
    with pytest.raises(ImageFormatError, match="frame interval"):
        Stack(data=data, name="", source=Path(), frames=(0,), frame_interval=-2.0)
