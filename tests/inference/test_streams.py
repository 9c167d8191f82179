from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from helpers.bright_model import BrightModel
from napari_devolearn._types import Probability
from napari_devolearn.inference.backends.device import streams_of, whole_pixels
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.streams import NetworkInput, PlanePredictor
from napari_devolearn.simulate.embryo import SimulatedEmbryo

SIZE = (1.0, 1.0)


@pytest.fixture
def four_threads() -> Iterator[None]:
    """Use four threads in torch, on any machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


def slices(number: int) -> list[tuple[int, NetworkInput]]:
    """Slices with their index as pixel value: 0 0, 1 1, 2 2, ..."""
    return [(i, NetworkInput(np.full((2, 2), i, np.uint8), 0.0)) for i in range(number)]


def test_all_cores_are_used_up_to_the_memory_limit() -> None:
    assert [streams_of(threads) for threads in (0, 1, 2, 8, 64)] == [1, 1, 2, 8, 8]


def test_low_memory_limits_parallel_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=4e9))
    assert [streams_of(8, pixels) for pixels in (256 * 384, 1280 * 1280, 4000 * 4000)] == [8, 3, 1]


def test_a_plane_in_one_piece_takes_a_quarter_of_all_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(total=16e9))
    assert whole_pixels() == 10_000_000


@pytest.mark.usefixtures("four_threads")
def test_slices_are_predicted_in_parallel_and_yielded_in_order() -> None:
    class Together(BrightModel):
        """Blocks until four slices are in work at once."""

        met = Barrier(4, timeout=10)

        def predict_planes(self, batch: Any, *_: object) -> list[Probability]:
            self.met.wait()
            assert torch.get_num_threads() == 1
            return super().predict_planes(batch)

    with ExitStack() as resources:
        predictor = PlanePredictor(Together(), SIZE, resources)
        predictions = list(predictor.predict_each(slices(8)))
    assert [(key, int(outputs.max())) for key, outputs in predictions] == [(i, i) for i in range(8)]


@pytest.mark.usefixtures("four_threads")
def test_thread_numbers_of_other_threads_are_unchanged() -> None:
    with ExitStack() as resources:
        list(PlanePredictor(BrightModel(), SIZE, resources).predict_each(slices(8)))
    assert torch.get_num_threads() == 4
    with ThreadPoolExecutor(1) as later:
        assert later.submit(torch.get_num_threads).result() == 4


@pytest.mark.usefixtures("four_threads")
def test_a_single_slice_uses_all_cores() -> None:
    class Asks(BrightModel):
        def predict_planes(self, batch: Any, *_: object) -> list[Probability]:
            assert torch.get_num_threads() == 4
            return super().predict_planes(batch)

    with ExitStack() as resources:
        assert len(list(PlanePredictor(Asks(), SIZE, resources).predict_each(slices(1)))) == 1


@pytest.mark.usefixtures("four_threads")
def test_few_slices_are_read_ahead_and_known_slices_are_skipped() -> None:
    asked: list[int] = []

    def some() -> Iterator[tuple[int, NetworkInput | None]]:
        for key, seen in slices(40):
            asked.append(key)
            yield key, seen if key % 2 else None

    model = BrightModel()
    with ExitStack() as resources:
        for key, outputs in PlanePredictor(model, SIZE, resources).predict_each(some()):
            assert (outputs is not None) == bool(key % 2)
            assert asked[-1] - key <= 5
    assert model.forward_passes == 20


@pytest.mark.usefixtures("four_threads")
def test_a_real_network_gives_the_same_result(nucleus: Model, tiny_embryo: SimulatedEmbryo) -> None:
    volume, size = tiny_embryo.image[0], tiny_embryo.voxel_size[1:]
    with ExitStack() as resources:
        predictor = PlanePredictor(nucleus, size, resources)
        for z, outputs in predictor.predict_each([(z, NetworkInput(p, 0.0)) for z, p in enumerate(volume)]):
            alone = nucleus.predict_planes([volume[z]], size)[0]
            assert np.abs(outputs.astype(int) - alone).max() <= 1
