from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.models.ranges import LEVELS, ranges_file, read_ranges, with_zero, write_ranges
from napari_devolearn.models.registry import ModelFiles, bundled_models, find_model

RANGES = {"encoder.conv1": (-0.25, 3.5), "decoder.conv2": (0.0, 12.0)}


@pytest.fixture
def files(tmp_path: Path) -> ModelFiles:
    shipped = find_model("nucleus")
    return ModelFiles(shipped.spec, tmp_path / "nucleus.safetensors", tmp_path / "nucleus.md")


def test_round_trip(files: ModelFiles) -> None:
    assert read_ranges(files) is None
    assert write_ranges(files, RANGES) == files.weights.parent / "nucleus.int8.json"
    assert read_ranges(files) == RANGES
    assert list(read_ranges(files)) == list(RANGES)


def test_ranges_of_other_weights_are_ignored(files: ModelFiles) -> None:
    write_ranges(files, RANGES)
    other = ModelFiles(replace(files.spec, sha256="1" * 64), files.weights, files.card)
    assert read_ranges(other) is None


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"weights": "a"}', '{"weights": "a", "ranges": {"conv": [1]}}', "\0"]
)
def test_a_damaged_file_is_reported(files: ModelFiles, content: str) -> None:
    ranges_file(files).write_text(content, encoding="utf-8")
    with pytest.raises(WeightsError, match=r"nucleus\.int8\.json: .*cannot be read .*delete it"):
        read_ranges(files)


def test_a_ranges_file_is_not_a_model() -> None:
    assert [files.spec.name for files in bundled_models()] == [
        *("embryo", "lineage", "membrane", "neuron", "nucleus")
    ]


@pytest.mark.parametrize(
    ("low", "high"),
    [(0.0, 5.0), (-1.0, 2.0), (-7.3, 0.1), (-1e-9, 4.0), (-3.0, 1e-9), (1.0, 2.0), (0.0, 0.0)],
)
def test_zero_is_represented_exactly(low: float, high: float) -> None:
    """Padding with zeros must stay zero."""
    start, end = with_zero(low, high)
    levels = np.linspace(start, end, LEVELS)
    assert np.abs(levels).min() < 1e-6 * (end - start)
    assert start <= low * (1 - 1e-6) or low > -1e-3 * high
    assert end >= high * (1 - 1e-6) or high < -1e-3 * low
