from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from skimage.io import imsave
from torch import Tensor, nn

from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.models.networks.build import build_network
from napari_devolearn.training.run.save import save_model
from research.recipes.nucleus import SPEC
from research.scores import fine_tune
from research.scores.fine_tune import hela_scores, mixture


class Bright(nn.Module):
    """Predicts bright pixels as cells."""

    def forward(self, image: Tensor) -> Tensor:
        return 20 * (image - 0.5)


def write_cells(data: Path) -> None:
    """Write three frames with two cells each; the cells of the first one are dark."""
    (data / "01").mkdir(parents=True)
    (data / "01_GT/SEG").mkdir(parents=True)
    noise = np.random.default_rng(0).integers(0, 10, (120, 120), np.uint8)
    for t in range(3):
        cells = np.zeros((120, 120), np.uint16)
        cells[20:50, 20:50], cells[60:90, 70:100] = 1, 2
        image = noise + np.uint8(200) * ((cells > 0) ^ (t == 0))
        imsave(data / f"01/t{t:03d}.tif", image, check_contrast=False)
        imsave(data / f"01_GT/SEG/man_seg{t:03d}.tif", cells, check_contrast=False)


def test_training_frames_are_not_scored(tmp_path: Path) -> None:
    write_cells(tmp_path)
    model = Model(SPEC, Bright(), "cpu")
    scores = hela_scores(tmp_path, model, [0])
    assert (scores["frames"], scores["ground_truth"], scores["f1"]) == (2, 4, 1.0)
    assert hela_scores(tmp_path, model, [])["iou"] < scores["iou"]


def test_both_models_are_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_cells(tmp_path / "hela_dic_ctc")
    monkeypatch.setattr(fine_tune, "load_model", lambda *_, **__: Model(SPEC, Bright(), "cpu"))
    monkeypatch.setattr(fine_tune, "held_out_scores", lambda *_: {"iou": 0.5})
    fine_tune.main(["--data", str(tmp_path), "--learnt", "0"])
    scores = json.loads(capsys.readouterr().out)
    assert scores.keys() == {"start", "fine-tuned"}
    assert scores["fine-tuned"]["HeLa"]["frames"] == 2


SIZE = (0.18, 0.18)


def test_a_mixture_lies_between_both_models(tmp_path: Path) -> None:
    spec = dataclasses.replace(SPEC, architecture="plain-unet", encoder="width-2")
    paths = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        (tmp_path / str(seed)).mkdir()
        save_model(build_network(spec).eval(), spec, tmp_path / str(seed))
        paths.append(str(tmp_path / f"{seed}/{spec.name}.json"))
    image = np.random.default_rng(0).random((32, 32))
    first, second = (
        load_model(path, "cpu", backend="torch").predict(image, voxel_size=SIZE) for path in paths
    )
    for share, expected in ((0.0, first), (1.0, second)):
        np.testing.assert_array_equal(mixture(*paths, share).predict(image, voxel_size=SIZE), expected)
    assert not np.array_equal(mixture(*paths, 0.5).predict(image, voxel_size=SIZE), first)
