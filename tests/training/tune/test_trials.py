from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from helpers.files.prepared_pairs import write_prepared
from napari_devolearn.exceptions import TrainingError
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.dataset import PairsDataset
from napari_devolearn.training.data.pairs import read_pairs
from napari_devolearn.training.run.config import read_config
from napari_devolearn.training.run.prepared import prepared_recipe
from napari_devolearn.training.run.recipe import Recipe

pytest.importorskip("optuna")

from napari_devolearn.training.tune.trials import Subset, TuneParams, iter_tune

SMALL = {"name": "small", "architecture": "plain-unet", "encoder": "width-2", "crop": 32}
SHORT = TuneParams(trials=2, epochs=1, fraction=0.5)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A prepared folder of three time points, the last one held out."""
    return write_prepared(tmp_path / "data")


def make_recipe(data: Path) -> Recipe:
    return prepared_recipe(data, SMALL)


def test_a_second_run_adds_to_the_study(data: Path, tmp_path: Path) -> None:
    recipe, study = make_recipe(data), tmp_path / "study"
    numbers = [report.number for _ in range(2) for report in iter_tune(recipe, data, study, SHORT)]
    assert numbers == [0, 1, 2, 3]
    assert (study / "history.png").read_bytes().startswith(b"\x89PNG")


def test_the_best_options_can_be_used_for_training(data: Path, tmp_path: Path) -> None:
    recipe, study = make_recipe(data), tmp_path / "study"
    reports = list(iter_tune(recipe, data, study, SHORT))
    best = max(reports, key=lambda report: report.score or 0)
    chosen = read_config(study / "best.json")
    again = prepared_recipe(data, {"name": "again", **chosen})
    assert (again.params.learning_rate, again.params.batch) == (best.learning_rate, best.batch)
    assert again.spec == replace(recipe.spec, name="again")
    assert again.params.epochs == 45  # that of a whole training, not of a trial


def test_a_failed_trial_is_recorded_and_the_next_one_runs(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_devolearn.training.tune import trials as tune

    calls = []

    def fail_at_first(*arguments: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise TrainingError("not enough memory for one image")
        return iter_train(*arguments, **options)

    iter_train = tune.iter_train
    monkeypatch.setattr(tune, "iter_train", fail_at_first)
    first, second = iter_tune(make_recipe(data), data, tmp_path / "study", SHORT)
    assert (first.state, first.problem) == ("failed", "not enough memory for one image")
    assert (second.state, second.best) == ("complete", True)


def test_a_study_of_different_data_is_refused(data: Path, tmp_path: Path) -> None:
    one = replace(SHORT, trials=1)
    list(iter_tune(make_recipe(data), data, tmp_path / "study", one))
    other = write_prepared(tmp_path / "other", times=4)
    with pytest.raises(TrainingError, match=r"started with other data.*choose another folder"):
        list(iter_tune(make_recipe(other), other, tmp_path / "study", one))


def test_every_problem_of_the_parameters_is_reported() -> None:
    with pytest.raises(ValueError, match=r"trials 0.*epochs 0.*fraction 2.*learning_rate.*batch"):
        TuneParams(trials=0, epochs=0, fraction=2, learning_rate=(1e-2, 1e-3), batch=(64, 8))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> PairsDataset:
    """Ten time points of three slices."""
    folder = write_prepared(tmp_path_factory.mktemp("data") / "prepared", times=10)
    spec = ModelSpec(name="n", task="nucleus", pixel_size=0.2, sha256="a" * 64)
    return PairsDataset(folder, read_pairs(folder), spec, crop=32)


@pytest.mark.parametrize(("fraction", "times"), [(0.01, {5}), (0.2, {2, 7}), (0.5, {1, 3, 5, 7, 9})])
def test_subsets_have_whole_volumes_evenly_spaced(
    whole: PairsDataset, fraction: float, times: set[int]
) -> None:
    part = Subset(whole, fraction)
    kept = [whole.pairs[i] for i in part.indices]
    assert {pair.t for pair in kept} == times
    assert len(part) == len(kept) == 3 * len(times)


def test_a_subset_of_everything_is_the_data_set(whole: PairsDataset) -> None:
    part = Subset(whole, 1.0)
    assert len(part) == len(whole)
    part.set_epoch(3)
    torch.testing.assert_close(part[4], whole[4])
