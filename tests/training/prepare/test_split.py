from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from helpers.files.prepared_pairs import prepare
from napari_devolearn.exceptions import DatasetError
from napari_devolearn.training.data.pairs import read_pairs
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.source import Source, Volume
from napari_devolearn.training.prepare.split import default_held_out, split_times


def source(name: str, times: range) -> Source:
    rest: Any = {"slices": (0,), "voxel_size": (1, 1, 1), "read_image": None, "read_mask": None}
    return Source(name=name, volumes=tuple(Volume(name=name, t=t, **rest) for t in times))


def held_out(sources: list[Source], **choices: Any) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for (name, t), split in split_times(sources, PrepareParams(**choices)).items():
        if split == "held_out":
            found.setdefault(name, []).append(t)
    return found


@pytest.mark.parametrize(("count", "expected"), [(1, []), (2, [1]), (3, [1]), (5, [3]), (10, [6, 7])])
def test_by_default_the_fourth_fifth_is_held_out(count: int, expected: list[int]) -> None:
    assert default_held_out(range(count)) == expected


def test_each_input_has_its_own_held_out_fifth() -> None:
    assert held_out([source("a", range(5)), source("b", range(100, 110))]) == {"a": [3], "b": [106, 107]}


def test_windows_exclude_their_end() -> None:
    assert held_out([source("a", range(20))], windows=((2, 4), (10, 11))) == {"a": [2, 3, 10]}


def test_whole_inputs() -> None:
    both = [source("a", range(3)), source("b", range(3))]
    assert held_out(both, hold_out=("b",)) == {"b": [0, 1, 2]}
    assert held_out(both, hold_out=("b",), windows=((0, 1),)) == {"a": [0], "b": [0, 1, 2]}


def test_a_window_outside_the_movie_is_refused() -> None:
    with pytest.raises(DatasetError, match="window 30:40: none of the time points 5 to 9"):
        held_out([source("a", range(5, 10))], windows=((6, 7), (30, 40)))


def test_a_single_time_point_is_divided_by_default() -> None:
    one = [source("a", range(7, 8))]
    assert split_times(one, PrepareParams()) == {("a", 7): "within"}
    assert split_times([*one, source("b", range(1))], PrepareParams(hold_out=("b",))) == {
        ("a", 7): "train",
        ("b", 0): "held_out",
    }


def test_all_invalid_options_are_reported() -> None:
    with pytest.raises(ValueError, match=r"window 5:5 .*; pixel_size 0 .*; keep_empty -1 .*; bits 12"):
        PrepareParams(windows=((5, 5),), pixel_size=0, keep_empty=-1, bits=12)


def stack(folder: Path, shape: tuple[int, ...], objects: int = 8) -> tuple[Path, PrepareParams]:
    """An image and its mask as tifs with axes (T, Z, Y, X), (Z, Y, X) or (Y, X)."""
    mask = np.zeros(shape, np.uint16)
    for number in range(objects):
        start = number * shape[-1] // objects
        mask[..., 5:15, start : start + 3] = number + 1
    for name, pixels in (("image", mask * 10), ("mask", mask)):
        axes = "TZYX"[-len(shape) :]
        tifffile.imwrite(folder / f"{name}.tif", pixels, imagej=True, metadata={"axes": axes})
    truth = str(folder / "mask.tif")
    return folder / "image.tif", PrepareParams(truth=truth, voxel_size=(1.0, 0.2, 0.2))


@pytest.mark.parametrize(
    ("shape", "text", "train", "held_out"),
    [
        ((10, 24, 64), "2 slices of one volume held out", 6, 2),
        ((5, 24, 64), "1 slice of one volume held out", 2, 1),
        ((24, 64), "a strip of 1 slice held out", 1, 1),
        ((3, 24, 64), "a strip of 3 slices held out", 3, 3),
        ((2, 3, 24, 64), "1 of 2 time points held out", 3, 3),
    ],
    ids=["ten slices", "five slices", "one slice", "three slices", "two volumes"],
)
def test_little_data_are_divided_with_a_warning(
    tmp_path: Path, shape: tuple[int, ...], text: str, train: int, held_out: int
) -> None:
    image, params = stack(tmp_path, shape)
    with pytest.warns(UserWarning, match=f"image: {text}.*evaluate the model on a movie"):
        pairs = prepare([image], tmp_path / "data", params)
    assert read_pairs(tmp_path / "data") == pairs
    splits = [pair.split for pair in pairs if pair.foreground]
    assert (splits.count("train"), splits.count("held_out")) == (train, held_out)


def test_a_folder_without_held_out_data_gives_a_warning(tmp_path: Path) -> None:
    image, params = stack(tmp_path, (24, 64), objects=1)
    with pytest.warns(UserWarning, match="no objects are held out.*more slices or objects$"):
        prepare([image], tmp_path / "data", params)
