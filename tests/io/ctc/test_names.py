from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.io.core.gaps import frame_ranges
from napari_devolearn.io.ctc.names import is_mask_name, layer_name, natural_key, parse_name


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("t000.tif", ("t", 0, None)),
        ("T0123.TIFF", ("t", 123, None)),
        ("man_track007.tif", ("man_track", 7, None)),
        ("man_seg0005.tif", ("man_seg", 5, None)),
        ("man_seg_005_012.tif", ("man_seg", 5, 12)),
        ("mask042.tif", ("mask", 42, None)),
        ("t00.tif", None),
        ("t00000.tif", ("t", 0, None)),
        ("mask12345.tif", ("mask", 12345, None)),
        ("t0000000.tif", None),
        ("._t000.tif", None),
        ("t000.tif.txt", None),
        ("man_track_005_012.tif", None),
        ("Thumbs.db", None),
    ],
)
def test_names_are_parsed_as_the_format_defines(name: str, meaning: tuple | None) -> None:
    file = parse_name(Path("some where") / name)
    assert (file and (file.kind, file.frame, file.plane)) == meaning


@pytest.mark.parametrize(
    "name", ["man_track000.tif", "man_seg_001_002.tif", "mask1_final.tif", "MASK0001.TIF"]
)
def test_masks_are_recognised_by_name(name: str) -> None:
    assert is_mask_name(name)
    assert not is_mask_name(f"un{name}")


def test_natural_order_sorts_numbers_by_value() -> None:
    names = ["s10.tif", "s9.tif", "S1.tif", "s1b.tif", "9.tif"]
    assert sorted(map(Path, names), key=natural_key) == [
        Path(n) for n in ("9.tif", *names[2:4], "s9.tif", "s10.tif")
    ]


def test_frame_ranges_are_short() -> None:
    assert frame_ranges([9, 3, 5, 6, 7]) == "3, 5-7, 9"
    assert frame_ranges(range(0, 40, 2)) == "0, 2, 4, 6, 8, 10, 12, 14 and 12 more"


def test_a_layer_has_the_name_of_its_file() -> None:
    assert layer_name(Path("a.b/embryo v1.2.ome.tif")) == "embryo v1.2"
    assert layer_name(Path("A.OME.TIF")) == "A"
