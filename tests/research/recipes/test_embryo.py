from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_devolearn.training.fit.params import TrainParams
from research.recipes import embryo
from research.recipes.embryo import RECIPE
from research.recipes.find import find_recipe
from research.recipes.real_outlines import NuclearSlice


def test_the_recipe_is_found_by_its_name() -> None:
    assert find_recipe("embryo") is RECIPE


def test_held_out_data_are_not_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, list[object]] = {"embryos": [], "times": [], "files": []}
    image = np.zeros((8, 8), np.uint8)

    def views(slices: list[NuclearSlice]) -> list[object]:
        asked["times"].append({one.t for one in slices})
        return []

    monkeypatch.setattr(embryo, "read_embryos", lambda _: list(range(18)))
    monkeypatch.setattr(
        embryo,
        "iter_nuclear_slices",
        lambda _: [NuclearSlice(t, 5, image, image > 0) for t in (24, 25, 34, 84)],
    )
    monkeypatch.setattr(embryo, "nuclear_views", views)
    monkeypatch.setattr(embryo, "membrane_files", lambda _: ([Path("t001")], [Path("t046")]))
    monkeypatch.setattr(embryo, "membrane_views", lambda path, *_: asked["files"].append(path.stem) or [])
    for name in ("simulate_nuclear_volumes", "simulate_membrane_volumes"):
        monkeypatch.setattr(embryo, name, lambda some, *_: asked["embryos"].append(some) or [])
    train, held_out = RECIPE.datasets(Path(), TrainParams(seed=3, crop=64))
    assert (len(train), len(held_out)) == (1600, 300)
    assert asked["times"] == [{24}, {25, 34, 84}]
    assert asked["files"] == ["t001", "t046"]
    assert asked["embryos"][0] == asked["embryos"][1] == [n for n in range(18) if n not in (4, 13)]
    assert asked["embryos"][2] == asked["embryos"][3] == [4, 13]
