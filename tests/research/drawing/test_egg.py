from __future__ import annotations

import numpy as np
import pytest

from research.drawing.egg import TurnedEgg, fit_egg

SIZE = (1.0, 0.8, 0.8)
DRAWN = TurnedEgg(center=(15.0, 22.0, 28.0), semi=(11.0, 15.0, 23.0), angle=0.15, flatness=3.0)


def test_the_eggshell_is_at_the_half_diameters() -> None:
    egg = TurnedEgg(center=(1.0, 2.0, 3.0), semi=(2.0, 4.0, 6.0), angle=np.pi / 2)
    assert egg.level(1.0, 2.0, 3.0) == pytest.approx(0, abs=1e-6)
    assert egg.level(3.0, 2.0, 3.0) == pytest.approx(1)
    assert egg.level(1.0, 8.0, 3.0) == pytest.approx(1), "the long axis is turned onto Y"
    assert egg.level(1.0, 2.0, 7.0) == pytest.approx(1)


def test_the_egg_is_found_from_faint_light_and_a_few_nuclei() -> None:
    """Slices of 56 by 44 um, 1 um apart; those from 22 to 26 um are unknown, the rest below is dark."""
    depths = np.arange(30.0)
    inside = DRAWN.planes(depths, (56, 70), SIZE[1:])
    light = np.random.default_rng(0).normal(inside * 0.9, 0.2).astype(np.float32)
    light[22:27] = np.nan
    light[27:] = 0
    nuclei = np.zeros_like(inside)
    nuclei[12:25, 26:30, 30:40] = inside[12:25, 26:30, 30:40]
    found = fit_egg(light, depths, nuclei, SIZE)
    again = found.planes(depths, (56, 70), SIZE[1:])
    assert (again & inside).sum() / (again | inside).sum() > 0.9
    assert found.semi[1:] == pytest.approx(DRAWN.semi[1:], abs=0.7)


def test_a_dark_image_has_no_egg() -> None:
    dark = np.zeros((4, 8, 8), np.float32)
    with pytest.raises(ValueError, match="no egg"):
        fit_egg(dark, np.arange(4.0), dark > 0, SIZE)
