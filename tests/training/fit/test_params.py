from __future__ import annotations

import pytest

from napari_devolearn.training.fit.params import TrainParams

WRONG = {
    "epochs": 0,
    "batch": 0,
    "crop": 100,
    "learning_rate": 0.0,
    "seed": -1,
    "schedule": "step",
    "patience": -1,
    "ema": 1.0,
    "weight_decay": -0.1,
    "workers": -1,
}


@pytest.mark.parametrize("name", WRONG)
def test_each_parameter_is_checked(name: str) -> None:
    with pytest.raises(ValueError, match=f"TrainParams: {name} "):
        TrainParams(**{name: WRONG[name]})  # type: ignore[arg-type]


def test_every_problem_is_reported() -> None:
    with pytest.raises(ValueError, match=r"batch 0 .*; crop 100 .*; ema 1"):
        TrainParams(batch=0, crop=100, ema=1.0)
