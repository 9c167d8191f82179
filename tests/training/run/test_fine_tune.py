from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from helpers.few_simulated import simulate_few
from helpers.files.prepared_pairs import write_prepared
from napari_devolearn.exceptions import TrainingError
from napari_devolearn.inference.load import load_model
from napari_devolearn.models.networks.build import build_network
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.models.weights import load_network
from napari_devolearn.training.data.batches import TrainingData
from napari_devolearn.training.data.pairs import INDEX, read_pairs, write_pairs
from napari_devolearn.training.fit.outputs import open_outputs
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.run.fine_tune import fine_tuning_recipe, load_start
from napari_devolearn.training.run.recipe import NO_SHA256
from napari_devolearn.training.run.run_folder import iter_run
from napari_devolearn.training.run.save import save_model

SPEC = ModelSpec(
    name="old",
    task="nucleus",
    pixel_size=0.25,
    sha256=NO_SHA256,
    architecture="plain-unet",
    encoder="width-2",
    normalisation="volume",
)
QUICK: dict[str, Any] = {"name": "new", "epochs": 1, "crop": 32, "batch": 8, "replay": 0.0}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_prepared(tmp_path / "data")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    torch.manual_seed(3)
    (tmp_path / "old").mkdir()
    save_model(build_network(SPEC).eval(), SPEC, tmp_path / "old")
    return tmp_path / "old/old.json"


@pytest.fixture
def few_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    simulate_few(monkeypatch)


def both(recipe: Any) -> tuple[TrainingData, TrainingData]:
    found: tuple[TrainingData, TrainingData] = recipe.datasets(Path(), recipe.params)
    return found


def test_the_spec_equals_that_of_the_initial_model(data: Path, old: Path) -> None:
    recipe = fine_tuning_recipe(data, old, QUICK)
    same = {"pixel_size", "architecture", "encoder", "outputs", "normalisation", "percentiles", "task"}
    assert all(getattr(recipe.spec, name) == getattr(SPEC, name) for name in same)
    assert recipe.spec.name == "new"
    assert recipe.origin == {"start": str(old.resolve()), "replay": 0.0}
    assert recipe.params.freeze


def test_options_that_change_the_network_are_refused(data: Path, old: Path) -> None:
    with pytest.raises(TrainingError, match="encoder, pixel_size: cannot be changed when fine-tuning"):
        fine_tuning_recipe(data, old, {**QUICK, "pixel_size": 0.5, "encoder": "width-4"})
    with pytest.raises(TrainingError, match=r"replay -1\.0: give 0 to 10"):
        fine_tuning_recipe(data, old, {**QUICK, "replay": -1})


@pytest.mark.parametrize(
    ("start", "message"),
    [("lineage", "counts cells"), ("mine.onnx", "an ONNX file cannot be trained")],
)
def test_models_that_masks_cannot_train_are_refused(start: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        load_start(start)


def test_the_initial_model_is_scored_and_kept_if_it_is_best(data: Path, old: Path, tmp_path: Path) -> None:
    recipe = fine_tuning_recipe(data, old, {**QUICK, "epochs": 2})

    class Falling:
        scores = iter((0.5, 0.4, 0.5))

        def loss(self, output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            return recipe.objective.loss(output, target)

        def measure(self, pairs: Any) -> dict[str, float]:
            list(pairs)
            return {"iou": next(self.scores)}

    reports = list(iter_run(dataclasses.replace(recipe, objective=Falling()), data, tmp_path / "run"))
    assert [(row.epoch, row.best) for row in reports] == [(0, True), (1, False), (2, False)]
    assert np.isnan(reports[0].loss)
    kept, first = (load_network(find_model(path)) for path in (tmp_path / "run/new.json", old))
    torch.testing.assert_close(kept.state_dict(), first.state_dict(), rtol=0, atol=0)
    card = (tmp_path / "run/new.md").read_text()
    assert "none of 2 epochs was better than the initial weights, which are kept" in card
    assert "| iou | 0.5000 | 0.5000 |" in card


def test_discs_are_learnt_and_a_killed_run_resumes(data: Path, old: Path, tmp_path: Path) -> None:
    choices = {**QUICK, "epochs": 8, "learning_rate": 0.05, "patience": 0, "freeze": False}
    recipe = fine_tuning_recipe(data, old, choices)
    whole = list(iter_run(recipe, data, tmp_path / "whole"))
    assert max(row.score for row in whole) > whole[0].score + 0.1
    steps = iter_run(recipe, data, tmp_path / "killed")
    for _ in range(3):
        next(steps)
    steps.close()
    resumed = list(iter_run(recipe, data, tmp_path / "killed", resume=True))
    assert [row.scores for row in resumed] == [row.scores for row in whole]
    assert json.loads((tmp_path / "killed/config.json").read_text())["start"] == str(old.resolve())


def test_crops_are_repeated_with_different_augmentation(data: Path, old: Path) -> None:
    train, held_out = both(fine_tuning_recipe(data, old, QUICK))
    assert len(held_out) == 3
    assert len(train) == 36  # 6 slices, 6 times
    train.set_epoch(0)
    images = [train[index][0] for index in (0, 6, 12)]
    train.set_epoch(1)
    images.append(train[0][0])
    assert len({image.numpy().tobytes() for image in images}) == 4


def test_simulated_images_have_targets_of_the_initial_model(data: Path, few_simulated: None) -> None:
    recipe = fine_tuning_recipe(data, "embryo", {**QUICK, "replay": 0.5})
    train, _ = both(recipe)
    assert len(train) == 12 + 6
    image, target = train[15]
    assert (image.shape, target.shape) == ((1, 32, 32), (2, 32, 32))
    with torch.inference_mode():
        given = load_start("embryo")[1](image[None]).sigmoid()[0]
    torch.testing.assert_close(target[:1], given, atol=0.05, rtol=0)  # bfloat16
    assert (target[1] == 1).all()
    assert (train[0][1][1] == 0).all()


def test_retained_accuracy_is_measured_on_held_out_simulated_images(data: Path, few_simulated: None) -> None:
    recipe = fine_tuning_recipe(data, "embryo", {**QUICK, "replay": 0.5})
    train, held_out = both(recipe)
    learnt = {train[index][0].numpy().tobytes() for index in range(12, 18)}
    shown = [held_out[index] for index in range(3, len(held_out))]
    assert len(shown) == 8
    assert not learnt & {image.numpy().tobytes() for image, _ in shown}
    network = load_start("embryo")[1]
    with open_outputs(network, held_out) as outputs:
        assert recipe.objective.measure(outputs)["kept"] > 0.98  # bfloat16
    for parameter in network.parameters():
        parameter.data *= 0.5
    with open_outputs(network, held_out) as outputs:
        assert recipe.objective.measure(outputs)["kept"] < 0.9


def test_a_short_run_simulates_only_the_images_that_it_uses(data: Path, few_simulated: None) -> None:
    def simulated(epochs: int) -> tuple[list[bytes], int]:
        calls: list[int] = []
        choices = {**QUICK, "replay": 0.5, "epochs": epochs}
        train, _ = both(fine_tuning_recipe(data, "embryo", choices, after_image=lambda: calls.append(1)))
        return [train[index][0].numpy().tobytes() for index in range(12, 18)], len(calls)

    (short, few), (long, more), (longer, most) = (simulated(epochs) for epochs in (1, 2, 3))
    assert short == long == longer
    assert few < more == most


def test_simulated_images_do_not_replace_held_out_ones(data: Path, few_simulated: None) -> None:
    write_pairs(data / INDEX, [dataclasses.replace(pair, split="train") for pair in read_pairs(data)])
    simulated: list[int] = []
    choices = {**QUICK, "replay": 0.1}
    recipe = fine_tuning_recipe(data, "embryo", choices, after_image=lambda: simulated.append(1))
    with pytest.raises(TrainingError, match="held-out data: no images"):
        both(recipe)
    assert not simulated


def test_a_model_divided_by_255_is_trained_on_intensities_divided_by_255(data: Path, tmp_path: Path) -> None:
    spec = dataclasses.replace(SPEC, normalisation="divide-255")
    save_model(build_network(spec), spec, tmp_path)
    _, held_out = both(fine_tuning_recipe(data, tmp_path / "old.json", QUICK))
    assert float(held_out[0][0].max()) == pytest.approx(110 / 255, abs=0.01)


def test_only_chosen_parameters_differ_from_the_initial_model(data: Path, old: Path) -> None:
    assert fine_tuning_recipe(data, old, {"name": "n"}).params.learning_rate < TrainParams().learning_rate


def test_the_fine_tuned_model_segments(data: Path, old: Path, tmp_path: Path) -> None:
    list(iter_run(fine_tuning_recipe(data, old, QUICK), data, tmp_path / "run"))
    model = load_model(tmp_path / "run/new.json", device="cpu")
    assert model.predict(np.eye(40, 50), voxel_size=(0.25, 0.25)).shape == (40, 50)
