from __future__ import annotations

import numpy as np
import pytest

from helpers.drawn.embryos import drawn_embryo
from research.drawing.nuclear_volumes import STEP, draw_nuclei, egg_around
from research.drawing.outline_views import draw_view, scale_volume, weighted_choice
from research.drawing.outline_volumes import simulate_membrane_volumes, simulate_nuclear_volumes


@pytest.mark.parametrize("seed", range(4))
def test_nuclei_lie_in_their_egg_and_shine(seed: int) -> None:
    rng = np.random.default_rng(seed)
    embryo = drawn_embryo()
    egg = egg_around(embryo, rng)
    places = embryo.frames[-1].position
    assert (egg.level(*places.T) <= 1).mean() > 0.95
    volume = draw_nuclei(embryo.frames[-1], egg, rng)
    assert volume.light.shape == volume.inside.shape
    assert volume.inside.sum() * STEP**3 == pytest.approx(4 / 3 * np.pi * np.prod(egg.semi), rel=0.45)
    bright = volume.light > np.percentile(volume.light, 99)
    assert volume.inside[bright].mean() > 0.9


def test_views_are_slices_and_projections_with_their_outline() -> None:
    rng = np.random.default_rng(0)
    volume = next(simulate_nuclear_volumes([drawn_embryo()], 1, 0))
    views = [draw_view(volume, rng, noisy=False) for _ in range(30)]
    whole = np.any(volume.inside, axis=0)
    projections = [view for view in views if not view.of_volume]
    assert 0 < len(projections) < 30
    assert any(np.array_equal(view.inside, whole) for view in projections)
    assert all((view.inside <= whole).all() for view in views)
    assert sum(view.inside.any() for view in views) > 15, "most slices show the embryo"


def test_the_same_seed_gives_the_same_volumes() -> None:
    first, second = (next(simulate_nuclear_volumes([drawn_embryo()], 1, 3)) for _ in range(2))
    np.testing.assert_array_equal(first.light, second.light)


def test_membranes_have_an_outline_without_clefts() -> None:
    volume = next(simulate_membrane_volumes([drawn_embryo()], 1, 0))
    assert volume.light.dtype == np.float16
    middle = volume.inside[len(volume.inside) // 2]
    assert volume.light[len(volume.inside) // 2][middle].mean() > 0.05
    assert middle.any()


def test_scaled_light_runs_from_0_to_1_and_empty_groups_are_not_drawn_from() -> None:
    light = np.arange(1000.0).reshape(10, 10, 10)
    volume = scale_volume(light, light > 500, (1.0, 1.0, 1.0))
    assert float(np.percentile(volume.light.astype(float), 99.8)) == pytest.approx(1, abs=0.01)
    chosen = weighted_choice([(0.9, []), (0.1, [volume])], np.random.default_rng(0))
    assert chosen is volume
