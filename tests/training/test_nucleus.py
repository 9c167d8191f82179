"""A whole training run on slices of a disc: its folder loads as a model, the same for the same seed."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from napari_devolearn.inference.model import load_model
from napari_devolearn.training import nucleus
from napari_devolearn.training.loop import TrainParams
from napari_devolearn.training.slices import in_windows


def test_a_run_gives_a_model_and_the_same_curve_again(
    slice_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nucleus, "HELD_OUT", ((4, 6),))
    params = TrainParams(epochs=2, batch=2, crop=64, seed=5)
    curves = []
    for run in ("a", "b"):
        nucleus.train_nucleus(slice_folder, tmp_path / run, params)
        with (tmp_path / run / "curve.csv").open() as lines:
            curves.append([(row["loss"], row["iou"]) for row in csv.DictReader(lines)])
    assert len(curves[0]) == 2
    assert curves[0] == curves[1]
    model = load_model(tmp_path / "a" / "nucleus.json", device="cpu")
    assert model.predict(np.eye(20, 30), voxel_size=(0.2, 0.2)).shape == (20, 30)


def test_the_windows_held_out_leave_gaps_of_whole_frames() -> None:
    held_out = [t for t in range(180) if in_windows(t, nucleus.HELD_OUT)]
    assert held_out == [*range(25, 35), *range(84, 94)]


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"batch": 0}, {"crop": 100}, {"learning_rate": 0.0}])
def test_parameters_that_cannot_be_meant_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="crop a multiple of 32"):
        TrainParams(**wrong)  # type: ignore[arg-type]
