from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.real_data import DATA, needs_data
from research.scores.movie_outlines import (
    MEMBRANES_PIXEL,
    NUCLEI_PIXEL,
    membrane_movie,
    nuclei_movie,
)


@needs_data("embryo_movie")
def test_the_egg_of_the_movie_stays_as_it_is_while_nuclei_divide() -> None:
    path = DATA / "embryo_movie" / "embryo_timelapse.mov"
    frames = list(nuclei_movie(path, 120))
    assert [one.frame for one in frames] == [3, 123, 243, 363]
    areas = [one.inside.sum() * NUCLEI_PIXEL**2 for one in frames]
    assert areas == pytest.approx([1500] * 4, rel=0.2)
    bright = frames[1].image > np.percentile(frames[1].image, 90)
    assert frames[1].inside[bright].mean() > 0.99


@needs_data("membrane_video")
def test_the_membranes_of_the_movie_lie_in_its_outline() -> None:
    path: Path = DATA / "membrane_video" / "seg_sample.mov"
    for one in membrane_movie(path, 200):
        assert 900 < one.inside.sum() * MEMBRANES_PIXEL**2 < 1700
        assert one.inside[one.image > 120].mean() > 0.98
