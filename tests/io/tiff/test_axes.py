from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.exceptions import AxesError
from napari_devolearn.io.tiff.axes import name_axes, parse_axes, set_axes

HERE = Path("a.tif")


@pytest.mark.parametrize(
    ("letters", "sizes", "named"),
    [
        ("", (), ""),
        ("Q", (5,), "Z"),
        ("I", (5,), "Z"),
        ("QQ", (4, 5), "TZ"),
        ("T", (4,), "T"),
        ("TQ", (4, 5), "TZ"),
        ("ZC", (5, 2), "ZC"),
        ("TZC", (4, 5, 2), "TZC"),
        ("PZ", (1, 5), "IZ"),
    ],
)
def test_letters_name_axes(letters: str, sizes: tuple[int, ...], named: str) -> None:
    assert name_axes(HERE, letters, sizes, volume=False) == (named, sizes)


def test_axes_are_described_with_their_sizes() -> None:
    assert str(name_axes(HERE, "TCZ", (3, 2, 5), volume=False)) == "T3 C2 Z5"
    assert str(name_axes(HERE, "TZC", (1, 5, 1), volume=False)) == "Z5"


def test_the_pages_of_a_single_time_point_are_slices() -> None:
    assert name_axes(HERE, "T", (5,), volume=True).letters == "Z"


def test_planes_of_a_volume_are_found_in_any_order() -> None:
    zct = name_axes(HERE, "ZCT", (3, 2, 4), volume=False)
    assert zct.planes(t=1, channel=1).tolist() == [5, 13, 21]
    assert name_axes(HERE, "", (), volume=False).planes(0, 0).tolist() == [0]


@pytest.mark.parametrize(
    ("letters", "sizes", "problem"),
    [
        ("QQQ", (2, 2, 2), "name its axes, slowest first, as in --axes T2,C2,Z2"),
        ("PZ", (2, 5), "save it as an ImageJ hyperstack"),
        ("TZ", (4, 5), "has 4 time points, but is one frame"),
        ("TT", (4, 3), "not all of T, C and Z, each once; name its axes, slowest first, as in --axes T4,C3"),
    ],
)
def test_other_axes_are_refused_with_the_remedy(letters: str, sizes: tuple[int, ...], problem: str) -> None:
    with pytest.raises(AxesError, match=f"a.tif: .*{problem}"):
        name_axes(HERE, letters, sizes, volume=True)


@pytest.mark.parametrize(
    ("text", "front"),
    [
        ("ZTYX", [("Z", None), ("T", None)]),
        ("zt", [("Z", None), ("T", None)]),
        ("T3,Z5", [("T", 3), ("Z", 5)]),
        ("T3 C2 Z5 Y X", [("T", 3), ("C", 2), ("Z", 5)]),
        ("T=3 x Z=5", [("T", 3), ("Z", 5)]),
        ("YX", []),
    ],
)
def test_axes_can_be_written_in_several_ways(text: str, front: list) -> None:
    assert parse_axes(text) == front


@pytest.mark.parametrize("text", ["", "TT", "T0,Z5", "QYX", "3,5", "T;rm", "TZ-YX", "X", "YXZ"])
def test_invalid_axes_are_refused(text: str) -> None:
    if text == "":
        assert parse_axes("YX") == []
        text = " "
    with pytest.raises(AxesError, match="give T, Z and C, each once"):
        parse_axes(text)


@pytest.mark.parametrize(
    ("text", "letters", "sizes", "expected"),
    [
        ("ZTYX", "TZC", (3, 5, 1), ("ZT", (3, 5))),  # swapped
        ("ZYX", "TZC", (1, 1, 25), ("Z", (25,))),  # slices that were named channels
        ("Z", "TZ", (3, 5), ("Z", (15,))),  # all of them
        ("T3,Z5", "I", (15,), ("TZ", (3, 5))),
        ("T,Z5", "I", (15,), ("TZ", (3, 5))),
        ("TZYX", "TZC", (1, 5, 1), ("TZ", (1, 5))),
        ("CTZ", "TZC", (3, 5, 2), ("CTZ", (3, 5, 2))),
    ],
)
def test_axes_are_assigned_to_planes(text: str, letters: str, sizes: tuple, expected: tuple) -> None:
    assert set_axes(HERE, text, letters, sizes) == expected


@pytest.mark.parametrize("text", ["T4,Z4", "T2,Z5", "TZ", "T3,C2,Z5", "T,C,Z5", "YX"])
def test_axes_of_the_wrong_size_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(AxesError, match=r"a.tif: --axes .* does not fit: there are 15 planes .*T3,Z5"):
        set_axes(HERE, text, "I", (15,))
