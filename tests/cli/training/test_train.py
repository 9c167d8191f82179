from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.files.prepared_pairs import write_prepared

pytest.importorskip("albumentations", reason="training needs the extra: pip install napari-devolearn[train]")

TINY = (
    "--architecture",
    "plain-unet",
    "--encoder",
    "width-2",
    "--crop",
    "32",
    "--batch",
    "4",
    "--device",
    "cpu",
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_prepared(tmp_path_factory.mktemp("train") / "data")


@pytest.fixture
def begun(data: Path, tmp_path: Path, run: Any) -> Path:
    """A run of one epoch."""
    status, out, error = run("train", data, "-o", tmp_path / "mine", *TINY, "--epochs", 1)
    assert (status, error) == (0, "")
    assert "epoch 1 of 1: loss " in out
    return tmp_path / "mine"


def test_the_trained_model_segments(begun: Path, data: Path, tmp_path: Path, run: Any) -> None:
    image = sorted((data / "images").iterdir())[0]
    model = begun / "mine.json"
    spec = json.loads(model.read_text())
    assert spec["pixel_size"] == 0.2
    status, out, _ = run("segment", image, "-m", model, "-o", tmp_path / "labels.ome.tif", "--device", "cpu")
    assert (status, "labels.ome.tif" in out) == (0, True)
    assert "napari-devolearn train DATA -o RUN --config config.json" in (begun / "mine.md").read_text()


def test_a_finished_run_is_not_restarted_but_can_be_resumed(
    begun: Path, data: Path, run: Any, fails: Callable[..., str]
) -> None:
    assert "resume it, or" in fails("train", data, "-o", begun, *TINY)
    assert "started with batch 4, not 8" in fails("train", data, "-o", begun, "--resume", "--batch", 8)
    status, out, _ = run("train", data, "-o", begun, "--resume")
    assert (status, "mine.json: best was epoch 1 of 1" in out) == (0, True)


def test_ctrl_c_leaves_the_last_checkpoint(
    data: Path, tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_devolearn.training.run import run_folder

    write = run_folder.write_curve

    def stop(path: Path, reports: Any) -> None:
        write(path, reports)
        raise KeyboardInterrupt

    monkeypatch.setattr(run_folder, "write_curve", stop)
    output = tmp_path / "mine"
    assert run("train", data, "-o", output, *TINY, "--epochs", 2)[0] == 130
    monkeypatch.undo()
    assert run("train", data, "-o", output, "--resume")[0] == 0
    with (output / "curve.csv").open() as lines:
        assert [row["epoch"] for row in csv.DictReader(lines)] == ["1", "2"]


def test_options_on_the_command_line_override_those_of_a_file(
    data: Path, tmp_path: Path, fails: Callable[..., str]
) -> None:
    best = tmp_path / "best.json"
    best.write_text(json.dumps({"batch": 0, "epochs": 1, "crop": 33}))
    error = fails("train", data, "-o", tmp_path / "mine", "--config", best, "--crop", 32)
    assert "batch 0 is below 1" in error
    assert "crop" not in error


def test_context_and_outputs_make_the_spec(data: Path) -> None:
    from napari_devolearn.training.run.prepared import prepared_recipe

    recipe = prepared_recipe(data, {"name": "n", "context": 1, "outputs": ("foreground", "distance")})
    train, held_out = recipe.datasets(Path(), recipe.params)
    assert recipe.spec.in_channels == train[0][0].shape[0] == 3
    assert train[0][1].shape[0] == 2
    assert len(held_out) > 0
    assert recipe.spec.z_step == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "train: DATA is missing"),
        (
            ("--recipe", "nucleus"),
            "not installed; in a clone of the repository, run: python -m research.train",
        ),
        (("nowhere",), "index.csv: not found"),
        (("DATA", "--encoder", "resnet19"), "encoder 'resnet19': unknown; choose one of resnet18"),
        (
            ("DATA", "--encoder", "tu-hf-hub:timm/resnet18"),
            "encoder 'tu-hf-hub:timm/resnet18' is not a plain name",
        ),
        (("DATA", "--architecture", "gpt"), "architecture 'gpt' is not one of"),
        (("DATA", "--name", "a/b"), "name 'a/b': not a valid file name"),
        (("DATA", "--resume"), "no training run to resume"),
        (("DATA", "--device", "cuda:99"), "device 'cuda:99': not on this machine"),
    ],
)
def test_invalid_options_give_a_one_line_error(
    data: Path, tmp_path: Path, fails: Callable[..., str], arguments: tuple[str, ...], message: str
) -> None:
    words = [data if word == "DATA" else word for word in arguments]
    assert message in fails("train", *words, "-o", tmp_path / "mine")
    assert not (tmp_path / "mine").exists()
