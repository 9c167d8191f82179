from __future__ import annotations

import csv
import dataclasses
import json
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from helpers.drawn.discs import Discs
from napari_devolearn.exceptions import OutputExistsError, TrainingError
from napari_devolearn.inference.load import load_model
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.models.weights import load_network
from napari_devolearn.training.fit.objective import SegmentObjective
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.run import extra
from napari_devolearn.training.run.recipe import NO_SHA256, Recipe
from napari_devolearn.training.run.run_folder import iter_run
from napari_devolearn.training.run.save import save_model

SPEC = ModelSpec(
    name="discs",
    task="nucleus",
    pixel_size=0.2,
    sha256=NO_SHA256,
    architecture="plain-unet",
    encoder="width-2",
    description="Bright discs",
)
RECIPE = Recipe(
    spec=SPEC,
    params=TrainParams(epochs=3, batch=3, crop=32, learning_rate=0.02, ema=0.5),
    datasets=lambda _root, _params: (Discs(), Discs(3, (40, 24))),
    objective=SegmentObjective(),
    data="Discs made by code.",
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of 3 epochs that was left after 2 and gone on with."""
    folder = tmp_path_factory.mktemp("runs") / "run é"
    list(islice(iter_run(RECIPE, Path(), folder), 2))
    assert not (folder / "discs.md").exists()
    list(iter_run(RECIPE, Path(), folder, resume=True, command="train again"))
    return folder


def test_all_files_are_written(finished: Path) -> None:
    assert {file.name for file in finished.iterdir()} == {
        *("discs.json", "discs.safetensors", "discs.md", "discs.onnx", "config.json", "checkpoint.pt"),
        *("curve.csv", "curve.png", "examples.png", "discs.int8.json"),
    }
    for name in ("curve.png", "examples.png"):
        with Image.open(finished / name) as picture:
            assert np.ptp(np.asarray(picture)) > 0


def test_the_model_can_be_loaded(finished: Path) -> None:
    model = load_model(finished / "discs.json", device="cpu")
    assert model.predict(np.eye(20, 30), voxel_size=(0.2, 0.2)).shape == (20, 30)


def test_the_curve_has_every_epoch_once(finished: Path) -> None:
    with (finished / "curve.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert {"loss", "iou", "dice", "learning_rate", "batch"} <= rows[0].keys()
    assert "True" in {row["best"] for row in rows}


def test_card_and_config_have_all_options(finished: Path) -> None:
    card = (finished / "discs.md").read_text()
    assert "Discs made by code." in card
    assert "5 training images, 3 held out" in card
    assert "train again" in card
    config = json.loads((finished / "config.json").read_text())
    assert config["encoder"] == "width-2"
    assert config["learning_rate"] == 0.02


def test_onnx_gives_the_same_result_as_the_model(finished: Path) -> None:
    runtime = pytest.importorskip("onnxruntime", reason="the ONNX file is run with onnxruntime")
    network = load_network(find_model(finished / "discs.json"))
    plane = np.random.default_rng(0).random((64, 96), np.float32)
    session = runtime.InferenceSession(finished / "discs.onnx")
    (probability,) = session.run(None, {"image": plane[None, None]})
    with torch.inference_mode():
        expected = network(torch.from_numpy(plane)[None, None]).sigmoid().numpy()
    np.testing.assert_allclose(probability, expected, atol=2e-3)  # ours are rounded to float16
    assert session.get_modelmeta().custom_metadata_map["pixel_size"] == "0.2"


def test_a_folder_with_a_run_is_refused(finished: Path) -> None:
    with pytest.raises(OutputExistsError, match="already contains a training run; resume it"):
        next(iter_run(RECIPE, Path(), finished))


def test_other_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no training run to resume"):
        next(iter_run(RECIPE, Path(), tmp_path, resume=True))
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputExistsError, match="is not empty; choose another folder"):
        next(iter_run(RECIPE, Path(), tmp_path))


def test_a_missing_extra_is_reported_before_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extra, "_PACKAGES", ("torch", "not_installed_here"))
    with pytest.raises(TrainingError, match=r"needs not_installed_here; pip install .*\[train"):
        next(iter_run(RECIPE, Path(), tmp_path / "run"))


def test_variances_beyond_half_precision_are_kept_in_float32(tmp_path: Path) -> None:
    norm = torch.nn.BatchNorm2d(2)
    norm.running_var.fill_(1e6)
    save_model(norm, SPEC, tmp_path)
    kept = load_file(tmp_path / "discs.safetensors")
    assert kept["running_var"].tolist() == [1e6, 1e6]
    assert kept["weight"].dtype == torch.float16


@pytest.mark.parametrize("there", [False, True], ids=["new", "empty"])
@pytest.mark.parametrize("fault", ["empty masks", "NaN in the second image"])
def test_a_refused_training_leaves_no_files(tmp_path: Path, there: bool, fault: str) -> None:
    folder = tmp_path / "run"
    if there:
        folder.mkdir()

    class Bad(Discs):
        def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
            image, target = super().__getitem__(index)
            if fault == "empty masks":
                return image, torch.zeros_like(target)
            return (image * float("nan") if index == 1 else image), target

    bad = dataclasses.replace(RECIPE, datasets=lambda _root, _params: (Bad(), Discs(3, (40, 24))))
    with pytest.raises(TrainingError):
        list(iter_run(bad, Path(), folder))
    assert folder.exists() == there
    assert not there or list(folder.iterdir()) == []
    with closing(iter_run(RECIPE, Path(), folder)) as steps:
        assert next(steps).epoch == 1


def test_a_training_stopped_in_its_first_epoch_can_be_resumed(tmp_path: Path) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(iter_run(RECIPE, Path(), tmp_path / "run", after_step=stop))
    with closing(iter_run(RECIPE, Path(), tmp_path / "run", resume=True)) as steps:
        assert next(steps).epoch == 1
