from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.files.onnx_files import write_onnx
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.segment import segment
from napari_devolearn.models.registry import find_model
from napari_devolearn.simulate.embryo import SimulatedEmbryo


def test_onnx_file_and_state_dict_of_a_model_segment_as_the_model(
    tmp_path: Path, tiny_embryo: SimulatedEmbryo
) -> None:
    import torch

    from napari_devolearn.models.weights import load_network

    files = find_model("nucleus")
    network = load_network(files)
    write_onnx(network, tmp_path / "own.onnx", (1, files.spec.in_channels, 64, 64), {2: "y", 3: "x"})
    torch.save(network.state_dict(), tmp_path / "own.pth")
    (tmp_path / "own.json").write_bytes(files.weights.with_suffix(".json").read_bytes())

    image, size = tiny_embryo.image[0, 3], tiny_embryo.voxel_size[1:]
    expected = load_model("nucleus", "cpu", backend="torch").predict(image, voxel_size=size)
    assert expected.max() > 200
    for name in ("own.onnx", "own.pth"):
        model = load_model(tmp_path / name, "cpu")
        np.testing.assert_allclose(model.predict(image, voxel_size=size), expected, atol=1)
        assert segment(image, model, voxel_size=size).max() == 3


@pytest.mark.parametrize("name", ["gone.onnx", "gone.PTH"])
def test_a_missing_file_is_reported(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=rf"{name}: cannot be read"):
        load_model(tmp_path / name, "cpu")
