from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from helpers.bright_model import SPEC, BrightModel
from napari_devolearn._types import Probability
from napari_devolearn.exceptions import ParameterError
from napari_devolearn.inference.embryo_mask import EmbryoMaskedModel
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.segment import segment

EMBRYO = dataclasses.replace(SPEC, name="left", task="embryo")


class LeftHalf(BrightModel):
    """The embryo is the left half of each slice, where the probability is 100 of 255."""

    def predict_planes(self, batch: Sequence[Any], *_: object) -> list[Probability]:
        shape = batch[0].shape[-2:]
        half = np.arange(shape[1]) < shape[1] // 2
        return [np.broadcast_to(np.where(half, 100, 20).astype(np.uint8), (1, *shape)) for _ in batch]


def two_nuclei() -> np.ndarray:
    """One nucleus on each side, (24, 48) pixels of 0.5 um.

    ::

        . # # . | . # # .
        . # # . | . # # .
    """
    image = np.zeros((24, 48), np.uint8)
    image[8:16, 8:16] = image[8:16, 32:40] = 220
    return image


def test_a_nucleus_outside_the_embryo_is_removed() -> None:
    inside = EmbryoMaskedModel(BrightModel(), LeftHalf(spec=EMBRYO))
    free = segment(two_nuclei(), BrightModel(), voxel_size=(0.5, 0.5))
    kept = segment(two_nuclei(), inside, voxel_size=(0.5, 0.5))
    assert free.max() == 2
    assert kept.max() == 1
    np.testing.assert_array_equal(kept[:, :24] > 0, free[:, :24] > 0)
    assert not kept[:, 24:].any()


def test_runs_with_and_without_a_mask_have_different_fingerprints() -> None:
    assert (
        EmbryoMaskedModel(BrightModel(), LeftHalf(spec=EMBRYO)).compute_backend != BrightModel.compute_backend
    )


def test_it_can_be_loaded_in_another_process() -> None:
    inside = EmbryoMaskedModel(BrightModel(), LeftHalf(spec=EMBRYO))
    assert inside.source is not None
    assert inside.source.model.load().spec.task == "nucleus"


def test_only_an_embryo_model_can_be_the_mask() -> None:
    with pytest.raises(ValueError, match="finds no embryo"):
        EmbryoMaskedModel(BrightModel(), BrightModel())


@pytest.mark.parametrize("name", ["neuron", "embryo"])
def test_a_model_that_cannot_be_restricted_is_refused(name: str) -> None:
    with pytest.raises(ParameterError, match=f"{name}: cannot be restricted to the embryo"):
        load_model(name, "cpu", restrict_to_embryo=True)
