from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from napari.layers import Labels
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from helpers.docks.common import SECONDS
from helpers.files.prepared_pairs import write_prepared
from napari_devolearn.models.networks.build import build_network
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.pairs import read_pairs
from napari_devolearn.training.run.recipe import NO_SHA256
from napari_devolearn.training.run.save import save_model
from napari_devolearn.widgets.common.form import model_choice, settings
from napari_devolearn.widgets.train import dock as dock_module
from napari_devolearn.widgets.train.dock import TrainDock
from napari_devolearn.widgets.train.run import request_of_layers

pytest.importorskip("albumentations", reason="training needs the extra: pip install napari-devolearn[train]")

SIZE = {"scale": (1, 0.25, 0.25), "units": ("um",) * 3}


def saved(folder: Path, name: str) -> Path:
    """A small network, saved as by a training."""
    spec = ModelSpec(
        name=name,
        task="nucleus",
        pixel_size=0.25,
        sha256=NO_SHA256,
        architecture="plain-unet",
        encoder="width-2",
    )
    torch.manual_seed(0)
    save_model(build_network(spec).eval(), spec, folder)
    return folder / f"{name}.json"


@pytest.fixture
def start(tmp_path: Path) -> Path:
    return saved(tmp_path, "old")


@pytest.fixture
def train(viewer: Viewer, start: Path) -> TrainDock:
    """The dock, opened as by napari's menu, with quick settings."""
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Train")
    dock.model.add_file(start)
    dock.epochs.value, dock.replay.value, dock.device.value = 2, 0, "cpu"
    return dock


@pytest.fixture
def corrected(viewer: Viewer) -> Labels:
    """Ten slices of six rectangles, bright in the image, and their labels."""
    labels = np.zeros((10, 40, 48), np.uint32)
    for number in range(6):
        labels[:, 10:18, 8 * number : 8 * number + 5] = number + 1
    noise = np.random.default_rng(0).integers(0, 20, labels.shape, np.uint8)
    viewer.add_image((labels > 0) * np.uint8(100) + noise, name="embryo", **SIZE)
    return viewer.add_labels(labels, name="nuclei", **SIZE)


def wait(dock: TrainDock, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not dock.running and not dock.curve.busy, timeout=SECONDS)


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_a_model_trained_on_layers_is_used_by_segment(
    train: TrainDock, corrected: Labels, tmp_path: Path, qtbot: QtBot, notes: list[str]
) -> None:
    assert train.missing() == ""
    train.train(tmp_path / "mine")
    assert not train.resume_button.enabled
    wait(train, qtbot)
    assert [report.epoch for report in train.reports] == [0, 1, 2]
    assert "of 2" in train.run_block.text
    assert any("2 slices of one volume held out" in note for note in notes)
    assert len(read_pairs(tmp_path / "mine/pairs")) == 8
    assert train.curve.grab().toImage().pixelColor(2, 2).name() == "#23242b"
    segment = train.use_model()
    assert Path(segment.choice.model.value) == tmp_path / "mine/mine.json"


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_a_refused_folder_leaves_the_last_training(
    train: TrainDock, corrected: Labels, tmp_path: Path, qtbot: QtBot, notes: list[str]
) -> None:
    train.epochs.value = 1
    train.train(tmp_path / "mine")
    wait(train, qtbot)
    train.train(tmp_path / "mine")
    assert "already contains a training run" in train.run_block.text
    train.resume(tmp_path)
    assert "no training run to resume" in train.run_block.text
    assert [report.epoch for report in train.reports] == [0, 1]
    assert train.use_button.enabled
    assert train.out == tmp_path / "mine"


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_cancel_ends_within_a_step_and_resume_continues(
    train: TrainDock, corrected: Labels, tmp_path: Path, qtbot: QtBot
) -> None:
    train.epochs.value = 300
    train.train(tmp_path / "mine")
    qtbot.waitUntil(lambda: len(train.reports) > 1, timeout=SECONDS)
    train.run_block.cancel.native.click()
    assert not train.running
    assert "Cancelled. " in train.run_block.text
    assert train.use_button.enabled
    done = len(train.reports)
    train.resume(tmp_path / "mine")
    qtbot.waitUntil(lambda: len(train.reports) > done, timeout=SECONDS)
    assert [report.epoch for report in train.reports[: done + 1]] == list(range(done + 1))
    train.run_block.cancel.native.click()


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_only_painted_regions_are_learnt(
    viewer: Viewer, train: TrainDock, corrected: Labels, tmp_path: Path, qtbot: QtBot
) -> None:
    done = np.zeros(corrected.data.shape, np.uint8)
    done[3, :, :40] = 1
    train.data.known.choose(viewer.add_labels(done, name="done", **SIZE))
    train.data.labels.choose(corrected)
    train.train(tmp_path / "mine")
    wait(train, qtbot)
    assert {pair.z for pair in read_pairs(tmp_path / "mine/pairs")} == {3}


def test_labels_of_a_region_are_trained_on_with_the_part_of_the_image_below_them(
    viewer: Viewer, corrected: Labels, tmp_path: Path
) -> None:
    image, done = viewer.layers["embryo"], np.arange(10 * 40 * 48).reshape(10, 40, 48)
    part = viewer.add_labels(corrected.data[:, 8:20, 16:40], translate=(0, 8 * 0.25, 16 * 0.25), **SIZE)
    request = request_of_layers(tmp_path, image, part, viewer.add_labels(done, **SIZE), {})
    np.testing.assert_array_equal(request.images[0], image.data[:, 8:20, 16:40])
    assert request.labels.shape == (1, 10, 12, 24)
    np.testing.assert_array_equal(request.known[0], done[:, 8:20, 16:40] > 0)


def test_a_folder_of_training_data_replaces_layers(train: TrainDock, tmp_path: Path, qtbot: QtBot) -> None:
    assert "No image to train on" in train.run_block.text
    train.data.folder.value = write_prepared(tmp_path / "data")
    assert train.missing() == ""
    assert not train.data.image.enabled
    train.train(tmp_path / "mine")
    wait(train, qtbot)
    assert (tmp_path / "mine/mine.json").is_file()


def test_inputs_that_do_not_match_are_refused(
    viewer: Viewer, train: TrainDock, corrected: Labels, tmp_path: Path, qtbot: QtBot, notes: list[str]
) -> None:
    train.data.labels.choose(viewer.add_labels(np.ones((3, 4, 4), np.uint8), name="small"))
    train.train(tmp_path / "mine")
    assert "small: has shape (3, 4, 4), embryo (10, 40, 48)" in train.run_block.text
    assert not train.run_block.run.enabled
    (tmp_path / "full").mkdir()
    (tmp_path / "full/thesis.txt").touch()
    train.data.labels.choose(corrected)
    train.train(tmp_path / "full")
    wait(train, qtbot)
    assert any("is not empty; choose another folder" in note for note in notes)
    train.resume(tmp_path / "full")
    wait(train, qtbot)
    assert any("no training run to resume" in note for note in notes)
    assert train.resume_button.enabled


def test_cancel_ends_the_simulation_of_images(
    train: TrainDock, corrected: Labels, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []
    start, train.model.value, train.replay.value = train.model.value, "embryo", 1
    train.train(tmp_path / "slow")
    train.progress.moved.connect(lambda _, total: told.append(total > 0))
    qtbot.waitUntil(lambda: len(told) > 0, timeout=SECONDS)
    assert "simulating" in train.run_block.text
    train.run_block.cancel.native.click()
    assert train.run_block.text == "Cancelled. Nothing was trained."
    train.model.value, train.replay.value = start, 0
    train.train(tmp_path / "mine")  # it waits for the thread of the first
    wait(train, qtbot)
    assert not any(told[: told.index(True)])
    assert not (tmp_path / "slow/config.json").exists()
    assert len(train.reports) == 3


def test_closing_the_dock_ends_the_training(
    viewer: Viewer, train: TrainDock, corrected: Labels, tmp_path: Path, qtbot: QtBot, recwarn: Any
) -> None:
    train.epochs.value = 300
    train.train(tmp_path / "mine")
    qtbot.waitUntil(lambda: len(train.reports) > 0, timeout=SECONDS)
    viewer.window.remove_dock_widget(train.native)
    assert not train.running


def test_a_model_of_the_user_is_used_in_segment_again_and_again(
    viewer: Viewer, train: TrainDock, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    train.out, chosen = tmp_path / "mine", str(saved(tmp_path / "mine", "mine"))
    monkeypatch.setattr(dock_module, "model_of_run", lambda folder: folder / "mine.json")
    monkeypatch.setattr(model_choice, "show_failure", pytest.fail)
    segment, kept = train.use_model(), settings.settings_file()
    qtbot.waitUntil(lambda: kept.exists() and "mine.json" in kept.read_text())
    for _ in range(2):
        assert train.use_model() is segment  # it is open, and the model is listed already
        segment.reset_choices()
        assert (segment.choice.model.value, list(segment.choice.model.choices).count(chosen)) == (chosen, 1)
    viewer.window.remove_dock_widget(segment.native)
    again = train.use_model()  # it takes the model that was kept, and is given the same one
    assert (again.choice.model.value, list(again.choice.model.choices).count(chosen)) == (chosen, 1)
    viewer.window.remove_dock_widget(again.native)
    (tmp_path / "mine/mine.json").unlink()
    _, gone = viewer.window.add_plugin_dock_widget("napari-devolearn", "Segment")
    assert gone.choice.model.value == "nucleus"
