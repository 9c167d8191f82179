from __future__ import annotations

import numpy as np
import pytest

from helpers.drawn.populations import SPEED, START, drawn_populations
from napari_devolearn.lineage.decoding.clock import Clock, fit_clock, real_embryos
from napari_devolearn.lineage.decoding.reference import load_reference

REFERENCE = load_reference()


def test_the_clock_of_a_movie_is_estimated() -> None:
    clock = fit_clock(drawn_populations(), REFERENCE)
    assert (clock.start, clock.speed) == pytest.approx((START, SPEED))
    assert clock.frame(clock.age([0, 50])) == pytest.approx([0, 50])


def test_uncertain_frames_and_a_stopped_clock_are_ignored() -> None:
    drawn = drawn_populations(300)
    assert drawn.age is not None
    age = drawn.age.clip(max=REFERENCE.age[-1])
    age[:3] = 100
    clock = fit_clock(drawn_populations(300, age=age), REFERENCE)
    assert (clock.start, clock.speed) == pytest.approx((START, SPEED))


@pytest.mark.parametrize("age", [None, np.full(9, np.nan), np.full(9, 20.0)])
def test_too_few_frames_are_reported(age: object) -> None:
    with pytest.raises(ValueError, match="drawn: no ages to fit the band to"):
        fit_clock(drawn_populations(9, age=age), REFERENCE)


def test_a_clock_never_decreases() -> None:
    with pytest.raises(ValueError, match="speed -1 is not above 0"):
        Clock(speed=-1)


def test_real_embryos_end_with_their_table() -> None:
    mean, spread = real_embryos(REFERENCE, [-1000, 100, 1000])
    assert mean.shape == spread.shape == (3, 8)
    assert np.isnan(mean[[0, 2]]).all()
    assert mean[1, :7].sum() == pytest.approx(mean[1, 7])
    assert 0 < spread[1, 7] < spread[1, :7].sum()
