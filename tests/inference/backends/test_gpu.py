"""The GPU code gives the same results as the CPU code; here the "GPU" is also the CPU."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from helpers.drawn.discs import tiny_network
from napari_devolearn.exceptions import DeviceError
from napari_devolearn.inference.backends.gpu import in_batches
from napari_devolearn.inference.model import Model
from napari_devolearn.models.spec import ModelSpec

CARD = "cpu:0"  # another name for the CPU, which selects the GPU code
SIZE = (0.3, 0.4)


def spec(**changes: object) -> ModelSpec:
    return ModelSpec(**{"name": "d", "task": "nucleus", "pixel_size": 0.5, "sha256": "0" * 64, **changes})


@pytest.mark.parametrize(
    ("task", "normalisation"),
    [("nucleus", "percentiles"), ("nucleus", "volume"), ("nucleus", "divide-255"), ("neuron", "percentiles")],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float64])
def test_the_gpu_gives_the_same_result_as_the_cpu(task: str, normalisation: str, dtype: type) -> None:
    planes = (np.random.default_rng(0).random((3, 50, 70)) * 200).astype(dtype)
    planes[2] = 7  # constant
    network, chosen = tiny_network().eval(), spec(task=task, normalisation=normalisation)
    here = Model(chosen, copy.deepcopy(network), "cpu", "torch")
    card = Model(chosen, network, CARD)
    spans = [0.0, 300.0, 0.0]
    expected = here.predict_planes(planes, SIZE, spans)
    given = card.predict_planes(planes, SIZE, spans)
    for ours, theirs in zip(given, expected, strict=True):
        assert ours.dtype == np.uint8
        assert np.abs(ours.astype(int) - theirs).max() <= 1
    assert card.forward_passes == here.forward_passes == 2  # nothing is to be seen in the third


@pytest.mark.parametrize("changes", [{}, {"field_of_view": 10.0}, {"task": "neuron"}])
def test_the_gpu_handles_padding_and_fields_of_view_as_the_cpu(changes: dict[str, object]) -> None:
    planes = (np.random.default_rng(0).random((4, 60, 80)) * 200 + 20).astype(np.uint8)
    planes[1, :15], planes[2] = 0, np.where(np.add.outer(np.arange(60), np.arange(80)) < 30, 255, planes[2])
    network, chosen = tiny_network().eval(), spec(**changes)
    expected = Model(chosen, copy.deepcopy(network), "cpu", "torch").predict_planes(planes, SIZE)
    given = Model(chosen, network, CARD).predict_planes(planes, SIZE)
    assert not given[1][:, :15].any()
    assert not given[2][:, 0, :20].any()
    for ours, theirs in zip(given, expected, strict=True):
        assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_a_batch_is_halved_until_it_fits_into_memory() -> None:
    sizes: list[int] = []

    def run(some: Sequence[int]) -> list[int]:
        sizes.append(len(some))
        if len(some) > 3:
            raise torch.cuda.OutOfMemoryError
        return [10 * item for item in some]

    results, fits = in_batches(run, range(7), 16)
    assert results == [0, 10, 20, 30, 40, 50, 60]
    assert (sizes, fits) == ([7, 7, 4, 2, 2, 2, 1], 2)


def test_a_slice_that_does_not_fit_alone_is_an_error_with_a_remedy() -> None:
    def run(some: Sequence[int]) -> list[int]:
        raise torch.cuda.OutOfMemoryError

    with pytest.raises(DeviceError, match="choose the device cpu"):
        in_batches(run, range(2), 2)


def test_mps_reports_missing_memory_as_a_runtime_error() -> None:
    def run(items: Sequence[int]) -> list[int]:
        if len(items) > 2:
            raise RuntimeError("MPS backend out of memory (MPS allocated: 9.00 GB)")
        return list(items)

    assert in_batches(run, range(5), 4) == ([0, 1, 2, 3, 4], 2)


def test_other_runtime_errors_are_raised() -> None:
    def run(_: Sequence[int]) -> list[int]:
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes do not match"):
        in_batches(run, range(2), 2)
