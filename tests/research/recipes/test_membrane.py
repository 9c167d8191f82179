from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.training.fit.params import TrainParams
from research.recipes import membrane
from research.recipes.membrane import RECIPE, part_embryos


def test_each_eighth_embryo_is_held_out() -> None:
    embryos = [object() for _ in range(17)]
    train, held_out = part_embryos(embryos)  # type: ignore[arg-type]
    assert held_out == embryos[::8]
    assert len(train) == 14
    assert not set(train) & set(held_out)  # type: ignore[call-overload]


def test_training_volumes_are_of_other_embryos_and_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[list[int], int]] = []

    def simulate(embryos: list[int], _count: int, seed: int) -> list[object]:
        asked.append((embryos, seed))
        return []

    monkeypatch.setattr(membrane, "read_embryos", lambda _: list(range(9)))
    monkeypatch.setattr(membrane, "simulate_volumes", simulate)
    train, held_out = RECIPE.datasets(Path(), TrainParams(seed=3))
    assert asked == [([1, 2, 3, 4, 5, 6, 7], 10), ([0, 8], membrane.HELD_OUT_SEED)]
    assert (len(train), len(held_out)) == (1000, 0)
