from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.files.prepared_pairs import write_prepared

pytest.importorskip("albumentations", reason="training needs the extra: pip install napari-devolearn[train]")
pytest.importorskip("optuna")


def test_the_best_of_two_runs_is_trained(tmp_path: Path, run: Any, fails: Callable[..., str]) -> None:
    data, study, small = write_prepared(tmp_path / "data"), tmp_path / "study", tmp_path / "small.json"
    small.write_text('{"architecture": "plain-unet", "encoder": "width-2", "crop": 32}')
    tune = ("tune", data, "-o", study, "--trials", 1, "--epochs", 1, "--config", small, "--device", "cpu")
    for number in range(2):
        status, out, error = run(*tune)
        assert (status, error) == (0, "")
        assert f"trial {number}: learning rate" in out
    best = json.loads((study / "best.json").read_text())
    status, out, _ = run(
        "train", data, "-o", tmp_path / "run", "--config", study / "best.json", "--epochs", 1
    )
    assert (status, "best was" in out) == (0, True)
    assert json.loads((tmp_path / "run" / "config.json").read_text())["batch"] == best["batch"]
    assert "started with other fraction" in fails(*tune, "--fraction", 0.5)


def test_invalid_inputs_are_refused(tmp_path: Path, fails: Callable[..., str]) -> None:
    data = write_prepared(tmp_path / "data")
    assert "trials 0 is below 1" in fails("tune", data, "-o", tmp_path / "s", "--trials", 0)
    assert "index.csv: not found" in fails("tune", tmp_path, "-o", tmp_path / "s")
    assert not (tmp_path / "s").exists()
