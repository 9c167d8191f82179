from __future__ import annotations

from pathlib import Path

import pytest

from helpers.counting_model import CountingModel, aging_movie
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.web.pages.counting import Counting


@pytest.fixture
def made() -> Counting:
    """Twelve frames, 10 minutes of age apart."""
    movie = aging_movie(12, rgb=False)[:, None]
    stack = Stack(data=movie, name="aging", source=Path("aging.tif"), frames=tuple(range(12)))
    return Counting(stack, CountingModel(), lambda: None)


def test_all_frames_are_counted_then_decoded_together(made) -> None:
    assert made.step()
    assert made.frames_done == 1
    assert made.populations is None
    while made.step():
        pass
    assert made.finished
    assert len(made.populations) == 12
    assert made.populations.raw is not None  # decoded
    assert made.populations.counts[-1, -1] > made.populations.counts[1, -1]


def test_another_interval_changes_only_the_times(made) -> None:
    while made.step():
        pass
    counts = made.populations.counts
    made.retime(2.5)
    assert made.populations.time[-1] == 27.5
    assert made.populations.counts is counts
