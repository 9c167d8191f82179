"""Turn errors of file parsers into one-line errors of this package."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from napari_devolearn.exceptions import DevolearnError, ImageFormatError

_LONGEST = 200  # characters of the parser's message: enough to search for it

Value = TypeVar("Value")

_JSON_NAMES: dict[type, str] = {
    dict: "an object",
    list: "a list",
    tuple: "a list",
    str: "a string",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    type(None): "null",
}


@contextmanager
def reading(
    path: Path | str,
    part: str = "",
    *,
    kind: type[DevolearnError] = ImageFormatError,
    remedy: str = "copy it again or save it again",
) -> Iterator[None]:
    """Turn any error of a parser into one line with the file name, the place and the remedy.

    A damaged file can make a parser raise anything: ``AttributeError``, ``RecursionError``, ``zlib.error``,
    or an exception class without a known base. So everything is caught except this package's own errors. Keep
    the block small, so that it hides no mistakes of other code.

    `part` is the place in the file, such as ``"line 7"``; the error is of the given `kind`, with the parser's
    error as its cause.

    Examples
    --------
    >>> with reading("a.json", "line 1", kind=ImageFormatError):
    ...     json.loads("{")
    Traceback (most recent call last):
    napari_devolearn.exceptions.ImageFormatError: a.json: line 1: cannot be read (Expecting property name \
    enclosed in double quotes: line 1 column 2 (char 1)); copy it again or save it again
    """
    place = f"{path}: {part}" if part else f"{path}"
    if isinstance(path, Path) and _may_block(path):
        raise kind(f"{place}: is a pipe or a device, not a file; save its content as a file")
    try:
        yield
    except (DevolearnError, Warning):
        raise
    except FileNotFoundError as error:
        if isinstance(path, Path) and path.exists():
            raise kind(f"{place}: a part of it is missing ({reason_of(error)}); {remedy}") from error
        raise kind(f"{place}: no such file; check the path") from error
    except PermissionError as error:
        raise kind(f"{place}: no permission to read it; ask its owner for permission") from error
    except MemoryError as error:
        raise kind(
            f"{place}: its header gives more data than fit into memory; if that is wrong, the file is "
            f"damaged: {remedy}; otherwise use a smaller image"
        ) from error
    except Exception as error:
        raise kind(f"{place}: cannot be read ({reason_of(error)}); {remedy}") from error


def _may_block(path: Path) -> bool:
    """Whether a path is a pipe, a socket or a device, whose content may never come or never end."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # opening it gives the error
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def reason_of(error: BaseException) -> str:
    """The message of an error in one short line, with its type if the message says little."""
    text = " ".join(str(error).partition("\n")[0].split())[:_LONGEST]
    if text and isinstance(error, ValueError | OSError | RuntimeError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def expect(value: object, kind: type[Value], name: str) -> Value:
    """Return a parsed value of a type, or raise ValueError, to which `reading` adds the file's name.

    `name` is the place of the value, such as ``"multiscales[0]"``. Booleans are not numbers, and integers are
    also floats.
    """
    fits = isinstance(value, kind) or (kind is float and isinstance(value, int))
    if not fits or (isinstance(value, bool) and kind is not bool):
        found = _JSON_NAMES.get(type(value), type(value).__name__)
        raise ValueError(f"{name} is {found}, not {_JSON_NAMES.get(kind, kind.__name__)}")
    return value  # type: ignore[return-value]


def expect_list(values: object, kind: type[Value], name: str) -> list[Value]:
    """Return a parsed list of values of a type, or raise ValueError as `expect`."""
    return [expect(one, kind, f"{name}[{place}]") for place, one in enumerate(expect(values, list, name))]


def read_json(path: Path, *, kind: type[DevolearnError], remedy: str) -> dict[str, Any]:
    """Read a file with one JSON object; raises `kind` if it is missing, not JSON, or not an object."""
    with reading(path, kind=kind, remedy=remedy):
        return expect(json.loads(path.read_text(encoding="utf-8-sig")), dict, "its content")
