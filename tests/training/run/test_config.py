"""Choices through JSON and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.exceptions import TrainingError
from napari_devolearn.training.run.config import read_config, write_config


def test_choices_come_back(tmp_path: Path) -> None:
    choices = {
        "batch": 4,
        "learning_rate": 0.01,
        "encoder": "resnet34",
        "outputs": ("foreground", "distance"),
    }
    write_config(tmp_path / "best.json", choices)
    assert read_config(tmp_path / "best.json") == choices


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read as JSON"),
        ("[1]", "is no JSON object"),
        ('{"batches": 4}', "batches: not known; there are architecture, batch, "),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "best.json"
    path.write_text(text)
    with pytest.raises(TrainingError, match=message):
        read_config(path)


def test_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"best\.json: cannot be read"):
        read_config(tmp_path / "best.json")
