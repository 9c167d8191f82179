from __future__ import annotations

import json
from pathlib import Path

import pytest
from torch import Tensor, nn

from helpers.drawn.neuron_pictures import write_pictures
from napari_devolearn.inference.model import Model
from research.recipes.neuron import SPEC
from research.recipes.neuron_images import find_images
from research.scores import neuron as evaluate_neuron
from research.scores.neuron import CHANGES, score_images


class Dark(nn.Module):
    """Predicts dark pixels as neuron."""

    def forward(self, image: Tensor) -> Tensor:
        return 20 * (0.5 - image)


def test_dark_bars_score_1_unless_inverted(tmp_path: Path) -> None:
    images = find_images(write_pictures(tmp_path, range(1, 3), 240, 320))

    scores = score_images(images, Model(SPEC, Dark(), "cpu"), 0.5)

    assert scores.keys() == {"mask", "instances", "images", *CHANGES}
    assert scores["images"].keys() == {"001", "002"}
    for name in ("mask", "instances", "turned by 90 degrees"):
        assert scores[name]["iou"] > 0.95
    assert scores["inverted"]["iou"] < 0.1
    assert scores["mask"]["slice_iou"] == pytest.approx(sum(scores["images"].values()) / 2)


def test_the_scores_are_printed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pictures(tmp_path, range(3, 6))
    monkeypatch.setattr(evaluate_neuron, "load_model", lambda *_, **__: None)
    monkeypatch.setattr(evaluate_neuron, "score_images", lambda images, *_: {"images": {images[0].stem: 0.5}})
    kept = tmp_path / "scores.json"
    monkeypatch.setattr("sys.argv", ["x", "--data", str(tmp_path), "--json", str(kept)])
    evaluate_neuron.main()
    assert kept.read_text() == capsys.readouterr().out
    assert json.loads(kept.read_text()) == {"images": {"004": 0.5}}
