"""The border between files and the package: whatever a parser raises becomes one line of our own kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from napari_devolearn.exceptions import DevolearnError, ImageFormatError

_LONGEST = 200  # characters of a parser's own words: enough to search for them

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
    remedy: str = "copy it again or save it anew",
) -> Iterator[None]:
    """Turn whatever a parser raises into one line with the file's name, the place and the remedy.

    A damaged file makes a parser fail in any way there is: ``AttributeError``, ``RecursionError``,
    ``zlib.error``, an exception class of its own without a known base. So everything is caught, but for
    the package's own errors, which say what is wrong already. Keep little inside: no code whose own
    mistakes this would hide.

    Parameters
    ----------
    path : Path or str
        The file that is read within.
    part : str
        Where in the file, such as ``"line 7"`` or ``"frame 3"``.
    kind : type of DevolearnError
        What is raised.
    remedy : str
        What the user can do where the content is at fault.

    Raises
    ------
    DevolearnError
        Of that kind; the parser's error is its cause.

    Examples
    --------
    >>> with reading("a.json", "line 1", kind=ImageFormatError):
    ...     json.loads("{")
    Traceback (most recent call last):
    napari_devolearn.exceptions.ImageFormatError: a.json: line 1: cannot be read (Expecting property name \
enclosed in double quotes: line 1 column 2 (char 1)); copy it again or save it anew
    """
    place = f"{path}: {part}" if part else f"{path}"
    try:
        yield
    except (DevolearnError, Warning):
        raise
    except FileNotFoundError as error:
        raise kind(f"{place}: there is no such file; check the path") from error
    except PermissionError as error:
        raise kind(f"{place}: may not be read; ask for permission to read it") from error
    except MemoryError as error:
        raise kind(
            f"{place}: says that it holds more than fits into this machine's memory; if it does not, it is "
            f"damaged: {remedy}; else use a smaller image"
        ) from error
    except Exception as error:
        raise kind(f"{place}: cannot be read ({reason_of(error)}); {remedy}") from error


def reason_of(error: BaseException) -> str:
    """A parser's own words on one short line, with the error's type where they say little without it.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    str
    """
    text = " ".join(str(error).partition("\n")[0].split())[:_LONGEST]
    if text and isinstance(error, ValueError | OSError | RuntimeError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def expect(value: object, kind: type[Value], name: str) -> Value:
    """Check the type of something that a parser gave, before it is used.

    Parameters
    ----------
    value : object
    kind : type
        ``dict``, ``list``, ``str``, ``int`` or ``float``; true and false are no numbers, and a whole
        number is a float, too.
    name : str
        What it is, such as ``"multiscales[0]"``.

    Returns
    -------
    kind

    Raises
    ------
    ValueError
        For `reading` to complete with the file's name.
    """
    fits = isinstance(value, kind) or (kind is float and isinstance(value, int))
    if not fits or (isinstance(value, bool) and kind is not bool):
        found = _JSON_NAMES.get(type(value), type(value).__name__)
        raise ValueError(f"{name} is {found}, not {_JSON_NAMES.get(kind, kind.__name__)}")
    return value  # type: ignore[return-value]


def read_json(path: Path, *, kind: type[DevolearnError], remedy: str) -> dict[str, Any]:
    """Read a file that holds one JSON object.

    Parameters
    ----------
    path : Path
    kind : type of DevolearnError
    remedy : str

    Returns
    -------
    dict

    Raises
    ------
    DevolearnError
        Of that kind, if the file is missing, no JSON, or no object.
    """
    with reading(path, kind=kind, remedy=remedy):
        return expect(json.loads(path.read_text(encoding="utf-8-sig")), dict, "its content")
