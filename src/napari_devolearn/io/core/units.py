"""Units of length and time in the spellings of many programs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_UM = {
    "um": 1.0, "u": 1.0, "mum": 1.0, "micron": 1.0, "micro": 1.0, "micrometer": 1.0, "micrometre": 1.0,
    "nm": 1e-3, "nanometer": 1e-3, "nanometre": 1e-3, "pm": 1e-6, "picometer": 1e-6, "picometre": 1e-6,
    "a": 1e-4, "angstrom": 1e-4, "mm": 1e3, "millimeter": 1e3, "millimetre": 1e3,
    "cm": 1e4, "centimeter": 1e4, "centimetre": 1e4, "dm": 1e5, "decimeter": 1e5, "decimetre": 1e5,
    "m": 1e6, "meter": 1e6, "metre": 1e6, "inch": 25400.0, "inche": 25400.0, "in": 25400.0, '"': 25400.0,
    "ft": 304800.0, "mil": 25.4, "thou": 25.4,
}  # fmt: skip
"""um in a unit, by its name in lower case without a plural s; u stands for the micro sign."""

_MINUTES = {
    "ns": 1 / 6e10, "us": 1 / 6e7, "ms": 1 / 60000, "msec": 1 / 60000, "millisecond": 1 / 60000,
    "s": 1 / 60, "sec": 1 / 60, "second": 1 / 60, "min": 1.0, "minute": 1.0, "h": 60.0, "hr": 60.0,
    "hour": 60.0, "d": 1440.0, "day": 1440.0, "microsecond": 1 / 6e7, "nanosecond": 1 / 6e10,
}  # fmt: skip
"""Minutes in a unit, by its name as above."""

_LARGE = {"Ym", "Zm", "Em", "Pm", "Tm", "Gm", "Mm", "Ys", "Zs", "Es", "Ps", "Ts", "Gs", "Ms"}
"""Units of the OME schema that lower case would turn into small ones."""

_NO_UNITS = ("", "pixel", "pixels", "px", "voxel", "none", "null")
"""Units that programs write for an unknown one."""


def um_in(unit: object) -> float | None:
    r"""Length of a unit in um; None if it is not a length, such as pixels.

    Accepts names and symbols: ``um``, ``microns``, ``µm`` with either code point, as an escape
    (``\u00B5m``) or in a wrong encoding, ``nm``, ``mm``, ``cm``, ``inch``, ..
    """
    return _find(_UM, unit)


def minutes_in(unit: object) -> float | None:
    """Length of a unit in minutes; None if it is not a time, such as frames."""
    return _find(_MINUTES, unit)


def unknown_units(units: Mapping[str, str | None]) -> list[str]:
    """Notes on units, by their names in the header, that are not lengths, so the voxel size is unknown."""
    return [
        f"its {name} {text[:20]!r} is not a known unit of length"
        for name, text in units.items()
        if text is not None and text.strip().lower() not in _NO_UNITS and um_in(text) is None
    ]


def _find(table: dict[str, float], unit: object) -> float | None:
    text = str(unit).strip() if unit is not None else ""
    if text in _LARGE:
        return None
    name = _spell(text)
    return table.get(name, table.get(name.removesuffix("s")) if len(name) > 2 else None)


def _spell(text: str) -> str:
    """Lower case, with u for the micro sign in any spelling."""
    text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    # UTF-8 read as Latin-1; an undecodable byte; the replacement characters of Java and Python
    for wrong in ("Â\xb5", "Î¼", "\xc3\x82\xb5", "\udcb5", "\ufffd\ufffd", "\ufffd"):
        text = text.replace(wrong, "µ")
    if text == "?m":
        text = "µm"
    text = unicodedata.normalize("NFKD", text).replace("μ", "u").replace("\u030a", "")
    return text.strip().rstrip(".").lower()
