from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.tiff.axes import name_axes

HERE = Path("a.tif")


@pytest.mark.parametrize(
    ("letters", "shape", "named"),
    [
        ("YX", (6, 7), (None, None, None)),
        ("QYX", (5, 6, 7), (None, 0, None)),
        ("IYX", (5, 6, 7), (None, 0, None)),
        ("QQYX", (4, 5, 6, 7), (0, 1, None)),
        ("TYX", (4, 6, 7), (0, None, None)),
        ("TQYX", (4, 5, 6, 7), (0, 1, None)),
        ("ZCYX", (5, 2, 6, 7), (None, 0, 1)),
        ("TZCYX", (4, 5, 2, 6, 7), (0, 1, 2)),
        ("PZYX", (1, 5, 6, 7), (None, 1, None)),
    ],
)
def test_letters_name_axes(letters: str, shape: tuple[int, ...], named: tuple) -> None:
    axes = name_axes(HERE, letters, shape, volume=False)
    assert (axes.t, axes.z, axes.c) == named


def test_the_pages_of_a_single_time_point_are_slices() -> None:
    axes = name_axes(HERE, "TYX", (5, 6, 7), volume=True)
    assert (axes.t, axes.z) == (None, 0)


def test_planes_of_a_volume_are_found_in_any_order() -> None:
    zct = name_axes(HERE, "ZCTYX", (3, 2, 4, 6, 7), volume=False)
    assert zct.planes(t=1, channel=1).tolist() == [5, 13, 21]
    assert name_axes(HERE, "YX", (6, 7), volume=False).planes(0, 0).tolist() == [0]


@pytest.mark.parametrize(
    ("letters", "shape", "problem"),
    [
        ("YXS", (6, 7, 3), "convert it to grey"),
        ("SYX", (4, 6, 7), "convert it to grey"),
        ("QQQYX", (2, 2, 2, 6, 7), "save it as an ImageJ hyperstack"),
        ("PZYX", (2, 5, 6, 7), "save it as an ImageJ hyperstack"),
        ("TZYX", (4, 5, 6, 7), "holds 4 time points where one is meant"),
    ],
)
def test_other_axes_are_refused_with_the_remedy(letters: str, shape: tuple[int, ...], problem: str) -> None:
    with pytest.raises(ImageFormatError, match=f"a.tif: .*{problem}"):
        name_axes(HERE, letters, shape, volume=True)
