"""A network in OpenVINO."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from napari_devolearn.models.networks.build import build_network
from napari_devolearn.models.registry import find_model


def test_networks_can_be_loaded_in_two_threads_at_once() -> None:
    """As in a run that starts while a cancelled one is still loading."""
    pytest.importorskip("openvino")
    from napari_devolearn.inference.backends.openvino_backend import OpenVinoBackend

    def load(_: int) -> torch.Tensor:
        network = build_network(find_model("nucleus").spec).eval()
        return OpenVinoBackend(network, bfloat16=False)(torch.zeros(1, 1, 64, 64))

    with ThreadPoolExecutor(2) as pool:
        assert [one.shape for one in pool.map(load, range(4))] == [(1, 1, 64, 64)] * 4
