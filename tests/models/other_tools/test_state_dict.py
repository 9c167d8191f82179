from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.lineage.founders import FOUNDERS
from napari_devolearn.models.networks.build import _segmentation_models
from napari_devolearn.models.other_tools.foreign import read_foreign
from napari_devolearn.models.other_tools.state_dict import load_state_dict

BATCH = torch.rand((1, 1, 64, 96), generator=torch.Generator().manual_seed(0))


def test_an_fpn_gives_the_same_result_as_devolearn(tmp_path: Path, devolearn_network: nn.Module) -> None:
    torch.save(devolearn_network.state_dict(), tmp_path / "membrane.pth")
    spec, network = load_state_dict(read_foreign(tmp_path / "membrane.pth"))
    assert (spec.architecture, spec.encoder, spec.task) == ("fpn", "resnet18", "membrane")
    assert (spec.in_channels, spec.outputs, spec.normalisation) == (1, ("foreground",), "divide-255")
    with torch.inference_mode():
        torch.testing.assert_close(network(BATCH).sigmoid(), devolearn_network(BATCH), atol=1e-5, rtol=0)


@pytest.mark.parametrize("encoder", ["resnet34", "timm-mobilenetv3_small_minimal_100"])
def test_a_wrapped_unet_in_half_precision_is_recognised(tmp_path: Path, encoder: str) -> None:
    unet = _segmentation_models().Unet(encoder, encoder_weights=None, in_channels=3, classes=2).half()
    weights = {f"module.{key}": tensor for key, tensor in unet.state_dict().items()}
    torch.save({"epoch": 3, "state_dict": weights}, tmp_path / "mine.pt")
    spec, _ = load_state_dict(read_foreign(tmp_path / "mine.pt"))
    assert (spec.architecture, spec.encoder, spec.in_channels) == ("unet", encoder, 3)
    assert spec.outputs == ("foreground", "output 2")


def test_devolearns_lineage_model_is_recognised(tmp_path: Path) -> None:
    encoder = _segmentation_models().encoders.get_encoder("resnet18", in_channels=3, weights=None)
    last = {"fc.weight": torch.zeros(7, 512), "fc.bias": torch.arange(7.0)}  # named as in torchvision
    torch.save({**encoder.state_dict(), **last}, tmp_path / "estimate_lineage_population.pth")
    spec, network = load_state_dict(read_foreign(tmp_path / "estimate_lineage_population.pth"))
    assert (spec.task, spec.architecture, spec.outputs) == ("lineage", "resnet", FOUNDERS)
    with torch.inference_mode():
        torch.testing.assert_close(network(torch.rand(1, 3, 64, 64))[0], torch.arange(7.0))


class _Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_a_pickle_is_refused_before_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")  # somebody's setting must not open the door
    sprung, bare, saved = tmp_path / "sprung", tmp_path / "bare.pt", tmp_path / "saved.pth"
    bare.write_bytes(pickle.dumps(_Trap(sprung)))
    torch.save({"weight": torch.zeros(1), "trap": _Trap(sprung)}, saved)
    for path in (bare, saved):
        with pytest.raises(WeightsError, match=r"holds pickled objects.*docs/reference/models-devolearn\.md"):
            load_state_dict(read_foreign(path))
    assert not sprung.exists()
    pickle.loads(bare.read_bytes())
    assert sprung.exists(), "the trap does not work, so this test proves nothing"


def test_a_pickled_network_as_devolearn_ships_it_is_refused(
    tmp_path: Path, devolearn_network: nn.Module
) -> None:
    torch.save(devolearn_network, tmp_path / "cell_membrane_segmentation_model.pth")
    with pytest.raises(WeightsError, match="could run code"):
        load_state_dict(read_foreign(tmp_path / "cell_membrane_segmentation_model.pth"))


def test_files_without_a_network_are_refused(tmp_path: Path, devolearn_network: nn.Module) -> None:
    path = tmp_path / "w.pth"
    torch.save(devolearn_network.state_dict(), path)
    whole = path.read_bytes()
    generator = nn.ConvTranspose2d(128, 8, 4).state_dict(prefix="main.0.")
    for content, problem in (
        (b"weights, honestly", "not a PyTorch file"),
        (b"", "damaged"),
        (whole[: len(whole) // 2], "damaged"),
        (torch.zeros(3), "not a state dict"),
        (generator, "not the state dict of an FPN or U-Net"),
        ({"decoder.p5.weight": torch.zeros(1), **generator}, "not the state dict of an FPN or U-Net"),
        ({"head.weight": torch.zeros(1000, 8), "encoder.c": torch.zeros(8, 3, 7, 7)}, "with 1000 outputs"),
    ):
        path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)
        with pytest.raises(WeightsError, match=rf"w\.pth: .*{problem}"):
            load_state_dict(read_foreign(path))


def test_an_untested_encoder_can_be_given(tmp_path: Path) -> None:
    fpn = _segmentation_models().FPN("timm-mobilenetv3_small_075", encoder_weights=None, in_channels=1)
    torch.save(fpn.state_dict(), tmp_path / "w.pth")
    with pytest.raises(WeightsError, match=r"none of the encoders resnet18.*w\.json"):
        load_state_dict(read_foreign(tmp_path / "w.pth"))
    (tmp_path / "w.json").write_text('{"encoder": "timm-mobilenetv3_small_075", "pixel_size": 0.1}')
    spec, _ = load_state_dict(read_foreign(tmp_path / "w.pth"))
    assert (spec.encoder, spec.pixel_size) == ("timm-mobilenetv3_small_075", 0.1)


def test_a_state_dict_with_nan_is_refused(tmp_path: Path, devolearn_network: nn.Module) -> None:
    weights = {name: tensor.clone() for name, tensor in devolearn_network.state_dict().items()}
    next(tensor for tensor in weights.values() if tensor.ndim == 4).view(-1)[0] = float("nan")
    torch.save(weights, tmp_path / "m.pt")
    with pytest.raises(WeightsError, match=r"m\.pt: .* contains NaN or infinity"):
        load_state_dict(read_foreign(tmp_path / "m.pt"))
