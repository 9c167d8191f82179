"""The recipe of the membrane model: what it learns from, and what it keeps to be measured by."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.training import membrane
from napari_devolearn.training.membrane import RECIPE, is_kept, part_embryos, simulated_and_real
from napari_devolearn.training.params import TrainParams
from real_data import DATA, needs_data


def test_each_eighth_embryo_is_held_out() -> None:
    embryos = [object() for _ in range(17)]
    train, held_out = part_embryos(embryos)  # type: ignore[arg-type]
    assert held_out == embryos[::8]
    assert len(train) == 14
    assert not set(train) & set(held_out)  # type: ignore[call-overload]


@needs_data("membrane_3dmms")
def test_the_time_around_the_labelled_stack_is_kept() -> None:
    stacks = sorted((DATA / "membrane_3dmms" / "raw").glob("t*.tif"))
    assert [path.stem for path in stacks if is_kept(path)] == [
        *("t040", "t043", "t044", "t046", "t049", "t052")
    ]
    assert f"{len(stacks) - 6} raw stacks" in RECIPE.data


def test_teacher_and_model_are_the_same_network() -> None:
    assert RECIPE.teacher is not None
    assert RECIPE.teacher.spec == RECIPE.spec
    assert RECIPE.spec.outputs == ("interior", "distance")


def test_a_folder_without_stacks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membrane, "simulate_volumes", lambda *_: pytest.fail("looks for stacks first"))
    with pytest.raises(DatasetError, match="no stacks"):
        simulated_and_real(tmp_path, TrainParams(), tmp_path / "teacher.json")
