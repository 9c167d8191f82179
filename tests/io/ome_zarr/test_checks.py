from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from numcodecs import Blosc

from helpers.files.zarr_files import create_pyramid
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.ctc.masks import read_labels
from napari_devolearn.io.image import read_image

MOVIE = np.random.default_rng(0).integers(1, 4000, (4, 2, 32, 40), np.uint16)
SPACE = [{"name": axis, "type": "space", "unit": "micrometer"} for axis in "zyx"]
AXES = [{"name": "t", "type": "time", "unit": "minute"}, *SPACE]


def image(
    path: Path, data: np.ndarray = MOVIE, *, chunks: tuple[int, ...] = (1, 1, 32, 40), **more: Any
) -> Path:
    """One level in Zarr 2 with Blosc; its chunks are ``0/T/Z/0/0``."""
    level = {"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [1, 2, 0.5, 0.5]}]}
    described = {"version": "0.4", "axes": AXES, "datasets": [level]}
    group = zarr.create_group(
        str(path), attributes={"multiscales": [described], **more}, zarr_format=2, overwrite=True
    )
    group.create_array(
        "0",
        data=data,
        chunks=chunks,
        compressors=Blosc("lz4"),
        chunk_key_encoding={"name": "v2", "separator": "/"},
    )
    return path


def change(file: Path, **new: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | new))


def test_absent_chunks_are_counted(tmp_path: Path) -> None:
    path = image(tmp_path / "a.zarr")
    (path / "0" / "1" / "0" / "0" / "0").unlink()
    with pytest.warns(UserWarning, match="7 of its 8 chunks; missing chunks read as 0"):
        stack = read_image(path)
    assert (stack.frames, stack.missing) == ((0, 1, 2, 3), frozenset())
    np.testing.assert_array_equal(np.asarray(stack.data[1, 1]), MOVIE[1, 1])


def test_a_frame_without_any_chunk_is_missing(tmp_path: Path) -> None:
    path = image(tmp_path / "a.zarr")
    shutil.rmtree(path / "0" / "2")
    with pytest.warns(UserWarning, match="6 of its 8 chunks, and none of the frames 2"):
        stack = read_image(path)
    assert stack.missing == {2}
    assert stack.without_missing().frames == (0, 1, 3)


def test_an_image_without_any_chunk(tmp_path: Path) -> None:
    path = image(tmp_path / "a.zarr")
    for t in range(4):
        shutil.rmtree(path / "0" / str(t))
    with pytest.warns(UserWarning, match="has none of its 8 chunks"):
        read_image(path)


def test_chunks_with_another_separator_are_reported(tmp_path: Path) -> None:
    path = image(tmp_path / "a.zarr")
    change(path / "0" / ".zarray", dimension_separator=".")
    with (
        pytest.warns(UserWarning, match="has 8 chunk files outside its shape"),
        pytest.warns(UserWarning, match="has none of its 8 chunks"),
    ):
        read_image(path)


@pytest.mark.parametrize("size", [0, 5, 50, 1000])
def test_a_truncated_chunk_is_refused(tmp_path: Path, size: int) -> None:
    path = image(tmp_path / "a.zarr")
    chunk = path / "0" / "1" / "0" / "0" / "0"
    chunk.write_bytes(chunk.read_bytes()[:size])
    stack = read_image(path)
    np.testing.assert_array_equal(np.asarray(stack.data[0]), MOVIE[0])
    with pytest.raises(ImageFormatError, match=r"truncated chunk|frame 1: cannot be read"):
        np.asarray(stack.data[1])


def test_pixels_outside_the_shape_are_reported(tmp_path: Path) -> None:
    path = image(tmp_path / "a.zarr")
    change(path / "0" / ".zarray", shape=[4, 2, 22, 40])
    with pytest.warns(UserWarning, match="pixels outside its shape 4 x 2 x 22 x 40, which may be damaged"):
        assert read_image(path).shape == (4, 2, 22, 40)


def test_chunks_larger_than_the_image_give_no_warning(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    path = image(tmp_path / "a.zarr", chunks=(3, 2, 64, 30))
    np.testing.assert_array_equal(np.asarray(read_image(path).data), MOVIE)
    assert not [one for one in recwarn if "beyond" in str(one.message)]


def test_labels_of_this_package_have_all_chunks(tmp_path: Path) -> None:
    path = tmp_path / "l.zarr"
    made = create_pyramid(path, "l", (3, 2, 8, 8), np.uint16)
    for t in range(3):
        made.write(t, np.zeros((2, 8, 8), np.uint16))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_labels(path).shape == (3, 2, 8, 8)
    shutil.rmtree(path / "0" / "c" / "1")
    with pytest.warns(UserWarning, match="2 of its 3 chunks; missing chunks read as background"):
        assert read_labels(path).missing == frozenset()


def test_an_implausible_shape_is_refused_before_allocation(tmp_path: Path) -> None:
    path = image(tmp_path / "a.zarr")
    change(path / "0" / ".zarray", shape=[10**30, 2, 32, 40])
    with pytest.raises(ImageFormatError, match="frames in its header are implausible"):
        read_image(path)
    change(path / "0" / ".zarray", shape=[4, 2, 10**6, 10**6])
    with pytest.raises(ImageFormatError, match=r"8 of \d+ chunks"):
        read_image(path)


def test_levels_of_different_extent_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "p.zarr"
    made = create_pyramid(path, "p", (1, 1, 300, 300), np.uint8, labels=False, zarr_format=2)
    made.write(0, np.ones((1, 300, 300), np.uint8))
    change(path / "0" / ".zarray", shape=[1, 1, 290, 300])
    with pytest.warns(
        UserWarning, match="level 1, 1 x 1 x 150 x 150, does not match the size of level 0, 1 x 1 x 290 x 300"
    ):
        read_image(path)


SCALE = {"type": "scale", "scale": [1, 2, 0.5, 0.5]}


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"multiscales": ["x"]}, r"multiscales\[0\] is a string"),
        ({"multiscales": [[]]}, r"multiscales\[0\] is a list"),
        ({"multiscales": {"0": 1}}, "multiscales is an object"),
        ({"multiscales": [{"axes": AXES, "datasets": []}]}, "datasets is empty"),
        ({"multiscales": [{"axes": 5, "datasets": [{"path": "0"}]}]}, "axes is a whole number"),
        ({"multiscales": [{"axes": AXES, "datasets": [{"path": 0}]}]}, "path is a whole number"),
        ({"ome": ["x"]}, "ome is a list"),
        ({"napari-devolearn": [1]}, "napari-devolearn is a list"),
        ({"napari-devolearn": {"frames": None}}, "frames is null"),
        ({"napari-devolearn": {"frames": [3, 1, 2, 4]}}, "frames is not ascending"),
        ({"napari-devolearn": {"frames": [3]}}, "stores 1 numbers for 4 frames"),
    ],
)
def test_attributes_of_the_wrong_type_give_a_one_line_error(
    tmp_path: Path, attributes: dict, told: str
) -> None:
    path = image(tmp_path / "a.zarr")
    change(path / ".zattrs", **attributes)
    with pytest.raises(ImageFormatError, match=rf"a\.zarr: .*{told}"):
        read_image(path)


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ({"type": "scale"}, "coordinateTransformations is an object"),
        ([5], "a coordinateTransformation is a whole number"),
        ([{"type": "scale", "scale": [1, 2]}], "scale has 2 numbers for 4 axes"),
        ([{"type": "scale", "scale": ["1", 2, 1, 1]}], "scale '1' is a string"),
    ],
)
def test_transformations_of_the_wrong_type_give_a_one_line_error(
    tmp_path: Path, steps: Any, told: str
) -> None:
    path = image(tmp_path / "a.zarr")
    level = {"path": "0", "coordinateTransformations": steps}
    change(path / ".zattrs", multiscales=[{"axes": AXES, "datasets": [level]}])
    with pytest.raises(ImageFormatError, match=told):
        read_image(path)


def test_scale_and_translation_are_applied_in_order(tmp_path: Path) -> None:
    path = image(tmp_path / "a.zarr")
    level = {
        "path": "0",
        "coordinateTransformations": [SCALE, {"type": "translation", "translation": [3, 4, 2, 1]}],
    }
    whole = [{"type": "scale", "scale": [2, 1, 1, 1]}]
    change(
        path / ".zattrs",
        multiscales=[{"axes": AXES, "datasets": [level], "coordinateTransformations": whole}],
    )
    stack = read_image(path)
    assert (stack.voxel_size, stack.frame_interval) == ((2, 0.5, 0.5), 2)
    assert stack.offset == (2, 4, 2)
    assert stack.frames == (3, 4, 5, 6)


def test_unsupported_transformations_are_reported(tmp_path: Path) -> None:
    path = image(tmp_path / "a.zarr")
    level = {"path": "0", "coordinateTransformations": [SCALE, {"type": "affine"}]}
    change(path / ".zattrs", multiscales=[{"axes": AXES, "datasets": [level]}])
    with pytest.warns(UserWarning, match="transformation of type 'affine' is not applied"):
        read_image(path)
    level = {
        "path": "0",
        "coordinateTransformations": [SCALE, {"type": "translation", "translation": [-1, 0, 0, 0]}],
    }
    change(path / ".zattrs", multiscales=[{"axes": AXES, "datasets": [level]}])
    with pytest.warns(UserWarning, match="begins -1 frames after time 0"):
        assert read_image(path).frames == (0, 1, 2, 3)


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_changed_byte_in_our_chunks_is_found(tmp_path: Path, zarr_format: Any) -> None:
    path = tmp_path / "a.zarr"
    made = create_pyramid(path, "m", MOVIE.shape, np.uint16, labels=False, zarr_format=zarr_format)
    made.write(0, MOVIE[0] // 1000)
    chunk = next(
        file for file in path.rglob("*") if file.is_file() and file.name == "0" and "0" in file.parts
    )
    data = bytearray(chunk.read_bytes())
    data[len(data) // 2] ^= 8
    chunk.write_bytes(data)
    with (
        pytest.warns(UserWarning, match="1 of its 4 chunks"),
        pytest.raises(ImageFormatError, match="frame 0"),
    ):
        np.asarray(read_image(path).data[0])
