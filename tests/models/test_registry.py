from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.models.registry import bundled_models, find_model


def test_the_nucleus_model_has_a_model_card() -> None:
    nucleus = {files.spec.name: files for files in bundled_models()}["nucleus"]
    assert nucleus.weights.is_file()
    assert "Fluo-N3DH-CE" in nucleus.card.read_text(encoding="utf-8")


def test_the_neuron_model_is_small_and_has_its_initial_weights_on_its_card() -> None:
    neuron = find_model("neuron")
    assert neuron.weights.stat().st_size < 7e6
    card = neuron.card.read_text(encoding="utf-8")
    assert "CC0" in card
    assert "Apache-2.0" in card


def test_all_bundled_weights_are_below_90_mb() -> None:
    folder = find_model("nucleus").weights.parent
    assert sum(path.stat().st_size for path in folder.glob("*.safetensors")) < 90e6


def test_a_model_is_found_by_the_path_of_its_spec(tmp_path: Path) -> None:
    nucleus = find_model("nucleus")
    shutil.copy(nucleus.weights.with_suffix(".json"), tmp_path / "mine.json")
    assert find_model(tmp_path / "mine.json").weights == tmp_path / "mine.safetensors"


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(WeightsError, match=r"'nucleolus'.*choose one of .*nucleus"):
        find_model("nucleolus")
