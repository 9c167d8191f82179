import json
import os
import struct
import zlib

import pytest
from PIL import Image

from napari_devolearn.exceptions import CTCFormatError, ImageFormatError, WeightsError
from napari_devolearn.io.core.border import expect, read_json, reading


class OwnBaseError(Exception):
    """An exception without a known base class, as some decoders raise."""


@pytest.mark.parametrize(
    "error",
    [
        AttributeError("'list' object has no attribute 'get'"),
        AssertionError(),
        EOFError(),
        Image.DecompressionBombError("too large"),
        KeyError("axes"),
        NotImplementedError("codec"),
        OwnBaseError("of a decoder"),
        OverflowError("int too large"),
        RecursionError("maximum recursion depth exceeded"),
        StopIteration(),
        struct.error("unpack requires 4 bytes"),
        TypeError("int() argument"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"),
        ValueError("first line\nsecond line"),
        zlib.error("incorrect header"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_any_parser_error_becomes_an_error_of_this_package(error: Exception) -> None:
    with (
        pytest.raises(CTCFormatError, match=r"^a\.tif: frame 3: cannot be read \(.+\); leave it out$") as got,
        reading("a.tif", "frame 3", kind=CTCFormatError, remedy="leave it out"),
    ):
        raise error
    assert got.value.__cause__ is error
    assert "\n" not in str(got.value)


def test_a_very_long_reason_is_cut() -> None:
    with pytest.raises(ImageFormatError) as got, reading("a.tif"):
        raise ValueError("9" * 5000)
    assert len(str(got.value)) < 400


def test_a_memory_error_mentions_the_header_too() -> None:
    with (
        pytest.raises(ImageFormatError, match=r"a\.tif: its header gives more .* damaged"),
        reading("a.tif"),
    ):
        raise MemoryError


def test_errors_and_warnings_of_this_package_pass_through() -> None:
    with pytest.raises(WeightsError, match=r"^said already$"), reading("a.tif"):
        raise WeightsError("said already")
    with pytest.raises(UserWarning), reading("a.tif"):
        raise UserWarning("that a test run made an error")
    with pytest.raises(KeyboardInterrupt), reading("a.tif"):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("value", "kind"),
    [([], dict), ({}, list), (True, int), (1, bool), (1.5, int), (None, str), ("1", float), (True, float)],
)
def test_a_value_of_another_type_is_refused(value: object, kind: type) -> None:
    with pytest.raises(ValueError, match=r"^axes is .*, not "):
        expect(value, kind, "axes")


@pytest.mark.parametrize(("value", "kind"), [({}, dict), (1, int), (1, float), (1.5, float), (False, bool)])
def test_a_value_of_the_right_type_is_returned(value: object, kind: type) -> None:
    assert expect(value, kind, "axes") is value


@pytest.mark.parametrize(
    "text", ["[]", "5", "{", '{"a": ' + "9" * 5000 + "}", "[" * 200_000, '{"a": ' * 200_000, "\ud800"]
)
def test_a_file_without_a_json_object_is_refused(tmp_path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(WeightsError, match=r"a\.json: cannot be read \(.+\); train again$"):
        read_json(path, kind=WeightsError, remedy="train again")


def test_a_json_object_is_read(tmp_path) -> None:
    path = tmp_path / "a.json"
    path.write_text("\ufeff" + json.dumps({"a": [1]}), encoding="utf-8")
    assert read_json(path, kind=WeightsError, remedy="") == {"a": [1]}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_instead_of_waiting_for_its_content(tmp_path) -> None:
    path = tmp_path / "a.tif"
    os.mkfifo(path)
    with (
        pytest.raises(CTCFormatError, match=r"a\.tif: is a pipe or a device"),
        reading(path, kind=CTCFormatError),
    ):
        path.read_bytes()


def test_a_missing_part_is_not_a_missing_file(tmp_path) -> None:
    with pytest.raises(ImageFormatError, match="a part of it is missing"), reading(tmp_path):
        (tmp_path / "part").read_bytes()
    with pytest.raises(ImageFormatError, match="no such file"), reading(tmp_path / "part"):
        (tmp_path / "part").read_bytes()
