from __future__ import annotations

import pytest

from napari_devolearn.io.core.units import minutes_in, um_in


@pytest.mark.parametrize(
    "unit",
    ["um", "UM", "µm", "μm", "\\u00B5m", "\\u03BCm", "Âµm", "Î¼m", "\ufffdm", "?m", "㎛", "micron", "Microns",
     "micrometer", "micrometres", " um ", "µ", "um."],
)  # fmt: skip
def test_all_spellings_of_micrometre_are_known(unit: str) -> None:
    assert um_in(unit) == 1.0


@pytest.mark.parametrize(
    ("unit", "um"),
    [("nm", 1e-3), ("nanometers", 1e-3), ("mm", 1e3), ("cm", 1e4), ("inch", 25400), ("inches", 25400),
     ("in.", 25400), ("m", 1e6), ("Å", 1e-4), ("pm", 1e-6)],
)  # fmt: skip
def test_other_lengths_are_converted_to_um(unit: str, um: float) -> None:
    assert um_in(unit) == pytest.approx(um)


@pytest.mark.parametrize("unit", [None, "", "pixel", "pixels", "Mm", "sec", "furlong", 3])
def test_other_units_are_not_lengths(unit: object) -> None:
    assert um_in(unit) is None


@pytest.mark.parametrize(
    ("unit", "minutes"),
    [("s", 1 / 60), ("sec", 1 / 60), ("seconds", 1 / 60), ("ms", 1 / 60000), ("µs", 1 / 6e7), ("min", 1),
     ("hours", 60), ("hr", 60), ("d", 1440), ("frame", None), (None, None)],
)  # fmt: skip
def test_times_are_converted_to_minutes(unit: str | None, minutes: float | None) -> None:
    assert minutes_in(unit) == (None if minutes is None else pytest.approx(minutes))
