from __future__ import annotations

from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest
import torch

import napari_devolearn as nd
from helpers.files.prepared_pairs import write_prepared
from helpers.leftovers import nothing_left
from napari_devolearn.exceptions import DatasetError, OutputExistsError, TrainingError
from napari_devolearn.models.networks.build import build_network
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.pairs import read_pairs
from napari_devolearn.training.learn import iter_train
from napari_devolearn.training.run.recipe import NO_SHA256
from napari_devolearn.training.run.save import save_model

SIZE = (1.0, 0.25, 0.25)
QUICK: dict[str, Any] = {"epochs": 2, "crop": 32, "batch": 8, "replay": 0.0, "device": "cpu"}


@pytest.fixture
def start(tmp_path: Path) -> Path:
    spec = ModelSpec(
        name="old",
        task="nucleus",
        pixel_size=0.25,
        sha256=NO_SHA256,
        architecture="plain-unet",
        encoder="width-2",
    )
    torch.manual_seed(0)
    (tmp_path / "old").mkdir()
    save_model(build_network(spec).eval(), spec, tmp_path / "old")
    return tmp_path / "old/old.json"


def movie(frames: int = 6, slices: int = 1) -> tuple[np.ndarray, np.ndarray]:
    labels = np.zeros((frames, slices, 40, 48), np.uint32)
    for number in range(6):
        labels[..., 10:18, 8 * number : 8 * number + 5] = number + 1
    return (labels > 0) * np.uint8(100) + np.uint8(10), labels


def test_a_model_is_trained_on_arrays(start: Path, tmp_path: Path) -> None:
    images, labels = movie()
    model = nd.train(images, labels, out=tmp_path / "mine", start=start, voxel_size=SIZE, **QUICK)
    assert model.spec.name == "mine"
    assert model.predict(images[0], voxel_size=SIZE).shape == (1, 40, 48)
    pairs = read_pairs(tmp_path / "mine/pairs")
    assert [pair.split for pair in pairs] == [*["train"] * 3, "held_out", *["train"] * 2]


def test_only_known_and_labelled_pixels_are_learnt(start: Path, tmp_path: Path) -> None:
    images, labels = movie(8)
    labels[2] = 0
    known = np.ones((8, 1, 1, 1), bool)
    known[5] = False
    known = known & (np.arange(48) < 30)
    steps = iter_train(
        images, labels, out=tmp_path / "mine", start=start, known=known, voxel_size=SIZE, **QUICK
    )
    with closing(steps):
        next(steps)
    pairs = read_pairs(tmp_path / "mine/pairs")
    assert [pair.t for pair in pairs] == [0, 1, 3, 4, 6, 7]
    assert {pair.n_instances for pair in pairs} == {4}


def test_a_stopped_training_resumes(start: Path, tmp_path: Path) -> None:
    images, labels = movie()
    given = {"start": start, "voxel_size": SIZE, **QUICK}
    whole = list(iter_train(images, labels, out=tmp_path / "whole", **given))
    assert [row.epoch for row in whole] == [0, 1, 2]
    with nothing_left(), closing(iter_train(images, labels, out=tmp_path / "left", **given)) as steps:
        list(islice(steps, 2))
    again = list(iter_train(out=tmp_path / "left", resume=True, device="cpu"))
    assert [row.scores for row in again] == [row.scores for row in whole]


@pytest.mark.filterwarnings("ignore:.*held out:UserWarning")
def test_a_training_can_be_stopped_while_images_are_simulated(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        raise InterruptedError

    images, labels = movie()
    steps = iter_train(
        images, labels, out=tmp_path / "mine", voxel_size=SIZE, after_step=stop, **QUICK | {"replay": 1.0}
    )
    with pytest.raises(InterruptedError):
        next(steps)
    assert told == [(0, 0)]
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["pairs"]  # a training can start there


def test_an_array_without_a_name_of_its_own_is_named_image(start: Path, tmp_path: Path) -> None:
    images, labels = movie(1, 10)
    steps = iter_train(
        da.from_array(images), labels, out=tmp_path / "mine", start=start, voxel_size=SIZE, **QUICK
    )
    with pytest.warns(UserWarning, match="^image: 2 slices of one volume held out"), closing(steps):
        next(steps)


def test_a_prepared_folder_is_used_unchanged(start: Path, tmp_path: Path) -> None:
    data = write_prepared(tmp_path / "data")
    nd.train(data, out=tmp_path / "mine", start=start, **QUICK)
    assert not (tmp_path / "mine/pairs").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"labels": np.zeros((6, 1, 40, 40), np.uint32)},
            "labels of shape .6, 1, 40, 40.; give an image",
        ),
        ({"labels": np.zeros((6, 1, 40, 48), np.float32)}, "not integers; pass labels"),
        ({"labels": np.zeros((6, 1, 40, 48), np.uint8)}, "no labels; label some objects first"),
        ({"labels": None}, "labels are missing"),
        ({"known": np.ones((5, 1, 1, 1), bool)}, "known: shape .5, 1, 1, 1. does not fit labels"),
    ],
    ids=["shape", "type", "empty", "none", "known"],
)
def test_arrays_that_do_not_match_are_refused(
    start: Path, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    images, labels = movie()
    given = {"images": images, "labels": labels, "out": tmp_path / "mine", "start": start, **QUICK, **change}
    with pytest.raises(DatasetError, match=message):
        next(iter_train(voxel_size=SIZE, **given))
    assert not (tmp_path / "mine").exists()


def test_unknown_options_and_existing_runs_are_refused(start: Path, tmp_path: Path) -> None:
    images, labels = movie()
    with pytest.raises(TrainingError, match="epoch: unknown; choose from batch"):
        next(iter_train(images, labels, out=tmp_path / "mine", epoch=3))
    (tmp_path / "full").mkdir()
    (tmp_path / "full/thesis.txt").touch()
    with pytest.raises(OutputExistsError, match="is not empty"):
        next(iter_train(images, labels, out=tmp_path / "full", start=start))
