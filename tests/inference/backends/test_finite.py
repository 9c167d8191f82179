from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from torch import nn

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.inference.backends.backend import Backend, available_backends
from napari_devolearn.inference.counting.devolearn_lineage import DevolearnLineageModel
from napari_devolearn.inference.counting.embryo_view import VIEW
from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.inference.embryo_mask import EmbryoMaskedModel
from napari_devolearn.inference.model import Model
from napari_devolearn.lineage.founders import FOUNDERS
from napari_devolearn.models.spec import ModelSpec, Task

IMAGE = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
SIZE = (0.2, 0.2)


def overflowing(outputs: int = 1) -> nn.Sequential:
    """A network with finite weights and infinite output, which a sigmoid would turn into probability 1."""
    network = nn.Sequential(
        nn.Conv2d(1, 2, 1), nn.Conv2d(2, 2, 1), nn.Conv2d(2, 2, 1), nn.Conv2d(2, outputs, 1)
    )
    for layer in network:
        nn.init.constant_(layer.weight, 1e25)
        nn.init.constant_(layer.bias, 1)
    return network


def spec(task: Task = "nucleus", outputs: tuple[str, ...] = ("foreground",)) -> ModelSpec:
    architecture = "resnet" if task == "lineage" else "fpn"
    return ModelSpec(
        name="wild", task=task, pixel_size=0.2, sha256="0" * 64, outputs=outputs, architecture=architecture
    )


@pytest.mark.parametrize("backend", ["torch", "torch-bf16", "openvino", "openvino-int8"])
def test_every_backend_refuses_outputs_that_are_not_finite(backend: Backend) -> None:
    if backend not in available_backends():
        pytest.skip(f"this machine has no {backend}")
    model = Model(spec(), overflowing(), "cpu", backend, {})
    with pytest.raises(WeightsError, match=r"model wild, .*: its output contains NaN or infinity"):
        model.predict_planes([IMAGE], SIZE)


def test_an_embryo_mask_refuses_outputs_that_are_not_finite() -> None:
    calm = nn.Conv2d(1, 1, 1)
    masked = EmbryoMaskedModel(
        Model(spec(), calm, "cpu", "torch"), Model(spec("embryo"), overflowing(), "cpu", "torch")
    )
    with pytest.raises(WeightsError, match=r"model wild, .*NaN or infinity"):
        masked.predict_planes([IMAGE], SIZE)


@pytest.mark.parametrize(
    "count",
    [
        lambda model: LineageModel._forward(model, np.ones(VIEW, np.float32)),
        lambda model: DevolearnLineageModel._cells(model, np.ones((64, 64), np.float32)),
    ],
    ids=["ours", "devolearn"],
)
def test_lineage_models_refuse_outputs_that_are_not_finite(count: Callable[[LineageModel], object]) -> None:
    network = nn.Sequential(overflowing(len(FOUNDERS)), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    model = LineageModel(spec("lineage", FOUNDERS), network, "cpu")
    with pytest.raises(WeightsError, match="model wild: its output contains NaN or infinity"):
        count(model)
