from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from helpers.bright_model import SPEC, BrightModel
from research.scores import embryo as evaluate_embryo
from research.scores.embryo import Case, case_scores

EMBRYO = dataclasses.replace(SPEC, task="embryo")
SIZE = (1.0, 0.5, 0.5)


def box(width: int) -> np.ndarray:
    """A slice of 40 by 60 um with an embryo 20 um high and half of `width` um wide."""
    mask = np.zeros((80, 120), bool)
    mask[20:60, 20 : 20 + width] = True
    return mask


def case(found: np.ndarray, true: np.ndarray) -> Case:
    return Case(np.where(found, 255, 0).astype(np.uint8), true, SIZE)


@pytest.mark.filterwarnings("ignore:.*no object can be found:UserWarning")
def test_errors_are_percent_of_the_truth_and_empty_slices_count() -> None:
    nothing = np.zeros((80, 120), bool)
    cases = [
        case(box(66), box(60)),
        case(box(60), box(60)),
        case(box(54), box(60)),
        case(nothing, box(60)),
        case(box(60), nothing),
        case(nothing, nothing),
    ]
    scores = case_scores(cases, BrightModel(spec=EMBRYO))
    assert (scores["images"], scores["false_negatives"], scores["false_positives"], scores["cut"]) == (
        6,
        1,
        1,
        0,
    )
    assert scores["error_of_length_um"] == pytest.approx(10)
    assert scores["error_of_width_um"] == 0
    assert scores["error_of_volume_um3"] is None, "slices have none"
    both, either = 60 + 60 + 54, 66 + 60 + 60 + 60 + 60
    assert scores["iou"] == pytest.approx(both / either, abs=1e-3)


def test_the_scores_are_printed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(evaluate_embryo, "load_model", lambda _, **__: BrightModel(spec=EMBRYO))
    monkeypatch.setattr(
        evaluate_embryo, "iter_groups", lambda *_: [("boxes", iter([case(box(60), box(60))]))]
    )
    kept = tmp_path / "scores.json"
    monkeypatch.setattr("sys.argv", ["evaluate_embryo", "--json", str(kept)])
    evaluate_embryo.main()
    assert json.loads(kept.read_text())["boxes"]["iou"] == 1
    assert json.loads(capsys.readouterr().out) == json.loads(kept.read_text())
