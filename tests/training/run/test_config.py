from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.exceptions import TrainingError
from napari_devolearn.training.run.config import read_config, write_config


def test_options_round_trip(tmp_path: Path) -> None:
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
        ("{", "cannot be read .* write it like"),
        ("[1]", "its content is a list, not an object"),
        ("[" * 100_000, "cannot be read"),
        ('{"batch": "4"}', "batch is a string, not a whole number"),
        ('{"ema": null}', "ema is null, not a number"),
        ('{"context": "1"}', "context is a string"),
        ('{"outputs": "foreground"}', "outputs is a string, not a list"),
        ('{"batches": 4}', "unknown options batches; choose from architecture, batch, "),
    ],
)
def test_invalid_values_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "best.json"
    path.write_text(text)
    with pytest.raises(TrainingError, match=message):
        read_config(path)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"best\.json: no such file"):
        read_config(tmp_path / "best.json")
