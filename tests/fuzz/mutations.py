"""Change files as accidents do: truncated copies, wrong bytes, numbers and types."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Mutation = Callable[[bytes], bytes]

_NUMBER = re.compile(rb"\d+(?:\.\d+)?")
_ODD_NUMBERS = (b"0", b"1", b"2", b"7", b"-1", b"1e308", b"nan", b"0,5", b"99999999999999999999", b"")
_ODD_VALUES: tuple[Any, ...] = (
    None, True, [], {}, "", "x", 0, -1, 1, 2, 7, 0.5, -0.5, 1e308, float("nan"), 10**30, [0], [[]], {"a": 1},
)  # fmt: skip


def _at(share: float, length: int) -> int:
    return min(int(share * length), max(length - 1, 0))


def _cut(share: float) -> Mutation:
    return lambda data: data[: int(share * len(data))]


def _flip(share: float, bit: int) -> Mutation:
    def change(data: bytes) -> bytes:
        changed = bytearray(data)
        if changed:
            changed[_at(share, len(changed))] ^= 1 << bit
        return bytes(changed)

    return change


def _overwrite(share: float, new: bytes) -> Mutation:
    def change(data: bytes) -> bytes:
        at = _at(share, len(data))
        return (data[:at] + new + data[at + len(new) :])[: max(len(data), 1)]

    return change


def _insert(share: float, new: bytes) -> Mutation:
    def change(data: bytes) -> bytes:
        at = _at(share, len(data))
        return data[:at] + new + data[at:]

    return change


def _remove(share: float, count: int) -> Mutation:
    def change(data: bytes) -> bytes:
        at = _at(share, len(data))
        return data[:at] + data[at + count :]

    return change


def _number(share: float, new: bytes, same_length: bool) -> Mutation:
    """Replace a number in text; in a binary file by one of the same length, so that nothing else moves."""

    def change(data: bytes) -> bytes:
        found = list(_NUMBER.finditer(data))
        if not found:
            return data
        old = found[_at(share, len(found))]
        length = old.end() - old.start()
        value = new[:length].rjust(length, b"0") if same_length else new
        return data[: old.start()] + value + data[old.end() :]

    return change


def _line(share: float, kind: str) -> Mutation:
    def change(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        if not lines:
            return data
        at = _at(share, len(lines))
        if kind == "remove":
            del lines[at]
        elif kind == "repeat":
            lines.insert(at, lines[at])
        else:
            lines[at : at + 2] = reversed(lines[at : at + 2])
        return b"".join(lines)

    return change


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [path] if path else []
    for key, one in items:
        found += _places(one, (*path, key))
    return found


def _value(share: float, new: Any, kind: str) -> Mutation:
    """Replace, remove or nest a value of JSON."""

    def change(data: bytes) -> bytes:
        try:
            whole = json.loads(data)
        except (ValueError, RecursionError):
            return data
        places = _places(whole)
        if not places:
            return data
        *path, last = places[_at(share, len(places))]
        inside = whole
        for key in path:
            inside = inside[key]
        if kind == "remove":
            del inside[last]
        elif kind == "nest":
            marker = "\0deep"
            inside[last] = marker
            deep = "[" * 5000 + "]" * 5000
            return json.dumps(whole).replace(json.dumps(marker), deep).encode()
        else:
            inside[last] = new
        return json.dumps(whole).encode()

    return change


_shares = st.floats(0, 1, exclude_max=True, width=32)
_bytes = st.sampled_from([b"\0", b"\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\1\0\0\0"])

_OF_BYTES = st.one_of(
    st.builds(_cut, _shares),
    st.builds(_flip, _shares, st.integers(0, 7)),
    st.builds(_overwrite, _shares, st.one_of(_bytes, st.binary(min_size=1, max_size=8))),
    st.builds(_insert, _shares, st.binary(min_size=1, max_size=8)),
    st.builds(_remove, _shares, st.integers(1, 64)),
    st.builds(_number, _shares, st.sampled_from(_ODD_NUMBERS), st.just(True)),
)
_OF_TEXT = st.one_of(
    st.builds(_number, _shares, st.sampled_from(_ODD_NUMBERS), st.just(False)),
    st.builds(_line, _shares, st.sampled_from(["remove", "repeat", "swap"])),
)
_OF_JSON = st.one_of(
    st.builds(_value, _shares, st.sampled_from(_ODD_VALUES), st.just("replace")),
    st.builds(_value, _shares, st.none(), st.sampled_from(["remove", "nest"])),
)


def mutations(name: str) -> st.SearchStrategy[list[Mutation]]:
    """Apply one or two changes to a file, of the kinds that fit its format.

    Parameters
    ----------
    name : str

    Returns
    -------
    strategy of list of callable
    """
    kinds = [_OF_BYTES]
    if name.endswith((".json", ".zattrs", ".zarray")):
        kinds += [_OF_JSON, _OF_JSON, _OF_TEXT]
    elif name.endswith((".csv", ".txt")):
        kinds += [_OF_TEXT]
    return st.lists(st.one_of(kinds), min_size=1, max_size=2)
