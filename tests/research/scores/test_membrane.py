from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from helpers.drawn.cells import STEP, Dark, bricks, bright_membranes
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.params import SegmentParams
from research.recipes.membrane import SPEC
from research.scores import membrane as evaluate_membrane
from research.scores.membrane import Case, case_scores


def test_cells_between_bright_membranes_score_1() -> None:
    truth = bricks()
    truth[:, 27:29] = truth[:, :, 27:29] = 0
    model = Model(dataclasses.replace(SPEC, percentiles=(0.0, 100.0)), Dark(), "cpu")
    image = bright_membranes(bricks())
    noise = np.random.default_rng(0).integers(0, 3, image[4:28].shape, np.uint8)
    image[4:28] = np.where(bricks()[4:28] > 0, image[4:28], noise)  # since an even ground is padding
    case = Case("bricks", image, truth.astype(np.int64), (STEP,) * 3)
    scores = case_scores(case, model, SegmentParams())
    assert scores["volume"]["ground_truth"] == 4
    assert scores["volume"]["f1"] == scores["slices"]["f1"] == 1
    assert scores["slices"]["ground_truth"] == 4 * 12
    assert 0.7 < scores["slices"]["mean_dice"] < 1


def test_the_scores_are_printed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = Case("a", np.zeros((2, 2, 2), np.uint8), np.zeros((2, 2, 2), np.int64), (1.0,) * 3)
    monkeypatch.setattr(evaluate_membrane, "load_model", lambda *_, **__: None)
    monkeypatch.setattr(evaluate_membrane, "labelled_case", lambda _: case)
    monkeypatch.setattr(evaluate_membrane, "simulated_cases", lambda *_: [case._replace(name="b")])
    monkeypatch.setattr(evaluate_membrane, "case_scores", lambda *_: {"volume": {"f1": 0.5, "seg": None}})
    kept = tmp_path / "scores.json"
    monkeypatch.setattr("sys.argv", ["evaluate_membrane", "--json", str(kept)])
    evaluate_membrane.main()
    assert kept.read_text() == capsys.readouterr().out
    assert json.loads(kept.read_text())["b"]["volume"] == {"f1": 0.5, "seg": None}
