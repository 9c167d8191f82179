from __future__ import annotations

from typing import Any

import pytest

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.source import Source, Volume
from napari_devolearn.training.prepare.split import check_has_training, default_held_out, split_times


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


def test_a_folder_needs_training_data() -> None:
    check_has_training({"train", "held_out"})
    check_has_training({"within"})
    with pytest.raises(DatasetError, match="no training data remain"):
        check_has_training({"held_out"})


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
