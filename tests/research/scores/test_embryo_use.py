from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from skimage.io import imsave

from helpers.bright_model import SPEC, BrightModel
from napari_devolearn._types import Probability
from research.recipes.real_outlines import NuclearSlice
from research.scores import embryo_use as evaluate_embryo_use
from research.scores.embryo_use import nucleus_scores


class Middle(BrightModel):
    """Predicts the middle of each slice as the embryo."""

    def predict_planes(self, batch: Sequence[Any], *_: object) -> list[Probability]:
        return [np.where(inside(), 255, 0).astype(np.uint8)[None] for _ in batch]


def inside() -> np.ndarray:
    """The middle of a slice of (96, 96) pixels."""
    mask = np.zeros((96, 96), bool)
    mask[24:72, 24:72] = True
    return mask


def test_debris_affects_an_unrestricted_model_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One bright nucleus in the middle of each of four slices."""
    labels = np.zeros((96, 96), np.uint16)
    labels[40:52, 40:52] = 1
    slices = []
    for z in range(4):
        imsave(tmp_path / f"t030_z{z:02d}.png", labels, check_contrast=False)
        slices.append(NuclearSlice(30, z, np.where(labels > 0, 220, 0).astype(np.uint8), inside()))
    monkeypatch.setattr(evaluate_embryo_use, "load_model", lambda _: BrightModel())
    monkeypatch.setattr(evaluate_embryo_use, "_NUCLEUS", 250.0)
    embryo = Middle(spec=dataclasses.replace(SPEC, task="embryo"))
    scores = nucleus_scores(slices, tmp_path, embryo)
    assert scores["as it is, everywhere"] == scores["as it is, inside the embryo"]
    assert scores["as it is, everywhere"]["f1"] == 1
    assert scores["with debris, inside the embryo"]["false_positives"] == 0
    assert scores["with debris, everywhere"]["false_positives"] > 3
