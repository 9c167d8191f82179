from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest
from safetensors.torch import save_file

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.models.registry import ModelFiles, find_model
from napari_devolearn.models.weights import load_network, verify_weights


@pytest.fixture
def copied(tmp_path: Path) -> ModelFiles:
    """The bundled nucleus model, copied so that its weights can be changed."""
    files = find_model("nucleus")
    (tmp_path / "w.safetensors").write_bytes(files.weights.read_bytes())
    return dataclasses.replace(files, weights=tmp_path / "w.safetensors")


def test_one_changed_byte_is_detected(copied: ModelFiles) -> None:
    content = bytearray(copied.weights.read_bytes())
    content[len(content) // 2] ^= 1
    copied.weights.write_bytes(content)
    with pytest.raises(WeightsError, match=r"w\.safetensors: changed or damaged .* reinstall the package"):
        verify_weights(copied)


def test_missing_weights_are_reported(copied: ModelFiles) -> None:
    copied.weights.unlink()
    with pytest.raises(WeightsError, match=r"w\.safetensors: cannot be read"):
        verify_weights(copied)


def test_weights_of_another_network_are_refused(copied: ModelFiles) -> None:
    other = dataclasses.replace(copied.spec, encoder="resnet34")
    with pytest.raises(WeightsError, match="does not match fpn/resnet34"):
        load_network(dataclasses.replace(copied, spec=other))


def test_other_files_are_refused(copied: ModelFiles) -> None:
    copied.weights.write_bytes(b"not weights")
    spec = dataclasses.replace(copied.spec, sha256=hashlib.sha256(b"not weights").hexdigest())
    with pytest.raises(WeightsError, match="does not match"):
        load_network(dataclasses.replace(copied, spec=spec))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_nan_weights_are_refused(copied: ModelFiles, value: float) -> None:
    weights = load_network(copied).state_dict()
    weights["decoder.p5.weight"].view(-1)[7] = value
    save_file(weights, copied.weights)
    spec = dataclasses.replace(copied.spec, sha256=hashlib.sha256(copied.weights.read_bytes()).hexdigest())
    with pytest.raises(WeightsError, match=r"w\.safetensors: decoder\.p5\.weight contains NaN or infinity"):
        load_network(dataclasses.replace(copied, spec=spec))
