from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from helpers.files.onnx_files import write_onnx
from napari_devolearn.exceptions import WeightsError
from napari_devolearn.models.other_tools.foreign import read_foreign
from napari_devolearn.models.other_tools.onnx_file import load_onnx

FREE = {0: "n", 2: "y", 3: "x"}


def noise(*shape: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def below_zero(layer: nn.Conv2d) -> nn.Conv2d:
    """A layer with outputs that are not probabilities."""
    nn.init.constant_(layer.bias, -10)
    return layer


class Halved(nn.Module):
    """Keeps every second pixel."""

    def forward(self, image: Tensor) -> Tensor:
        return image[:, :, ::2, ::2]


def test_the_file_of_devolearn_gives_the_same_result_as_devolearn(
    devolearn_onnx: Path, devolearn_network: nn.Module
) -> None:
    spec, network = load_onnx(read_foreign(devolearn_onnx))
    assert (spec.name, spec.task, spec.in_channels) == ("membrane_segmentor", "membrane", 1)
    assert spec.percentiles == (0, 100)  # from minimum to maximum, as in DevoLearn's demonstrations
    batch = noise(2, 1, 256, 256)
    with torch.inference_mode():
        torch.testing.assert_close(network(batch).sigmoid(), devolearn_network(batch), atol=1e-4, rtol=0)


@pytest.mark.parametrize(("height", "width"), [(32, 64), (256, 320), (544, 256)])
def test_planes_of_other_sizes_are_predicted_in_windows_without_seams(
    tmp_path: Path, height: int, width: int
) -> None:
    pointwise = below_zero(nn.Conv2d(1, 2, 1))  # sees a pixel at a time: windows must not change a thing
    path = write_onnx(pointwise, tmp_path / "p.onnx", (1, 1, 256, 256), {})
    spec, network = load_onnx(read_foreign(path))
    assert len(spec.outputs) == 2
    batch = noise(1, 1, height, width)
    torch.testing.assert_close(network(batch), pointwise(batch).detach(), atol=1e-5, rtol=0)


def test_logits_are_unchanged_and_any_size_runs_without_windows(tmp_path: Path) -> None:
    three_channels = below_zero(nn.Conv2d(3, 1, 3, padding=1))
    path = write_onnx(three_channels, tmp_path / "m.onnx", (1, 3, 64, 64), FREE)
    spec, network = load_onnx(read_foreign(path))
    assert spec.in_channels == 3
    batch = noise(1, 3, 96, 32)
    torch.testing.assert_close(network(batch), three_channels(batch).detach(), atol=1e-5, rtol=0)


def test_the_spec_in_an_exported_file_is_used(tmp_path: Path) -> None:
    import onnx

    path = write_onnx(below_zero(nn.Conv2d(1, 2, 1)), tmp_path / "m.onnx", (1, 1, 64, 64), FREE)
    model = onnx.load(path)
    told = {"name": '"mine"', "pixel_size": "0.4", "outputs": '["foreground", "distance"]'}
    onnx.helper.set_model_props(model, told)
    onnx.save(model, path)
    spec, _ = load_onnx(read_foreign(path))
    assert (spec.name, spec.pixel_size, spec.outputs) == ("mine", 0.4, ("foreground", "distance"))
    (tmp_path / "m.json").write_text('{"pixel_size": 0.3}')
    spec, _ = load_onnx(read_foreign(path))
    assert (spec.name, spec.pixel_size) == ("mine", 0.3)


def test_networks_that_do_not_segment_are_refused(tmp_path: Path) -> None:
    for network, shape, problem in (
        (nn.Flatten(), (1, 1, 32, 32), r"inputs and outputs are input tensor\(float\).* one float input"),
        (Halved(), (1, 1, 32, 32), r"output of \(16, 16\) pixels for an input of \(32, 32\)"),
    ):
        path = write_onnx(network, tmp_path / "m.onnx", shape, {})
        with pytest.raises(WeightsError, match=rf"m\.onnx: {problem}"):
            load_onnx(read_foreign(path))


def test_other_files_are_refused(tmp_path: Path, devolearn_onnx: Path) -> None:
    whole = devolearn_onnx.read_bytes()
    for content in (b"a text", b"", whole[: len(whole) // 2]):
        (tmp_path / "m.onnx").write_bytes(content)
        with pytest.raises(WeightsError, match=r"m\.onnx: cannot be read .*download it again") as caught:
            load_onnx(read_foreign(tmp_path / "m.onnx"))
        assert "\n" not in str(caught.value)


def test_without_onnxruntime_the_extra_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    (tmp_path / "m.onnx").write_bytes(b"")
    with pytest.raises(WeightsError, match=r"pip install 'napari-devolearn\[onnx\]'"):
        load_onnx(read_foreign(tmp_path / "m.onnx"))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_file_with_nan_weights_is_refused(tmp_path: Path, value: float) -> None:
    hidden = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU(), below_zero(nn.Conv2d(2, 1, 1)))
    nn.init.constant_(hidden[0].weight, value)
    path = write_onnx(hidden, tmp_path / "p.onnx", (1, 1, 32, 32), {})
    with pytest.raises(WeightsError, match=r"p\.onnx: .* contains NaN or infinity"):
        load_onnx(read_foreign(path))
