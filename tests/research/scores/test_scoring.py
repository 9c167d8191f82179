from __future__ import annotations

import json
from pathlib import Path

import pytest

from research.scores.scoring import add_backend, print_scores, scoring_parser


def test_the_data_folder_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAPARI_DEVOLEARN_DATA", "/somewhere")
    given = scoring_parser("Score.", "neuron").parse_args(["--json", "scores.json"])
    assert (given.data, given.model, given.json) == (Path("/somewhere"), "neuron", Path("scores.json"))
    assert scoring_parser("Score.", "neuron").parse_args(["-m", "mine.json"]).model == "mine.json"


def test_an_unknown_backend_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    parser = scoring_parser("Score.", "neuron")
    add_backend(parser)
    assert parser.parse_args([]).backend == "auto"
    assert parser.parse_args(["--backend", "openvino-int8"]).backend == "openvino-int8"
    with pytest.raises(SystemExit):
        parser.parse_args(["--backend", "abacus"])
    assert "abacus" in capsys.readouterr().err


def test_the_printed_scores_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores = {"iou": 0.5, "seg": None}
    print_scores(scores, tmp_path / "scores.json")
    print_scores(scores, tmp_path / "scores.json")  # the older ones are replaced
    assert (tmp_path / "scores.json").read_text() * 2 == capsys.readouterr().out
    assert json.loads((tmp_path / "scores.json").read_text()) == scores
