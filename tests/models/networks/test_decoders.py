from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from napari_devolearn.models.networks.build import _segmentation_models
from napari_devolearn.models.networks.decoders import fpn, unet
from napari_devolearn.models.networks.resnet import ResNet

HEAVY = ("segmentation_models_pytorch", "timm", "torchvision", "torch._dynamo", "triton", "huggingface_hub")
OPTIONS = {
    "fpn": {},
    "unet": {},
    "shallow unet": {"encoder_depth": 3, "decoder_channels": (24, 16, 8)},
}


@pytest.mark.parametrize("encoder", ["resnet18", "resnet34"])
@pytest.mark.parametrize("network", OPTIONS)
def test_weights_and_outputs_are_those_of_the_library(encoder: str, network: str) -> None:
    torch.manual_seed(0)
    options = OPTIONS[network]
    theirs = _segmentation_models().create_model(
        network.split()[-1], encoder_name=encoder, encoder_weights=None, in_channels=2, classes=3, **options
    )
    ours = _network(encoder, network)
    weights = {name: tensor for name, tensor in theirs.state_dict().items() if name in ours.state_dict()}
    unused = set(theirs.state_dict()) - set(weights)
    assert {name.split(".")[1] for name in unused} <= ({"layer3", "layer4"} if options else set())
    ours.load_state_dict(weights)
    image = torch.rand(2, 2, 96, 64)
    with torch.inference_mode():
        torch.testing.assert_close(ours.eval()(image), theirs.eval()(image))


@pytest.mark.parametrize("network", OPTIONS)
def test_initial_weights_are_as_large_as_those_of_the_library(network: str) -> None:
    torch.manual_seed(0)
    theirs = _segmentation_models().create_model(
        network.split()[-1], encoder_name="resnet18", encoder_weights=None, in_channels=2, classes=3,
        **OPTIONS[network],
    ).state_dict()  # fmt: skip
    for name, tensor in _network("resnet18", network).state_dict().items():
        if tensor.dim() == 4 and tensor.numel() > 1000:
            assert float(tensor.std()) == pytest.approx(float(theirs[name].std()), rel=0.1), name
        elif tensor.dim() == 1:
            torch.testing.assert_close(tensor, theirs[name])


def test_a_shipped_model_loads_without_segmentation_models_pytorch() -> None:
    text = (
        "import sys; from napari_devolearn import load_model;"
        "import numpy as np;"
        "[load_model(name, 'cpu') for name in ('nucleus', 'membrane', 'embryo', 'lineage')];"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _network(encoder: str, network: str) -> torch.nn.Module:
    options = OPTIONS[network]
    features = ResNet(encoder, 2, options.get("encoder_depth", 5))
    return fpn(features, 3) if network == "fpn" else unet(features, 3, options.get("decoder_channels", ()))
