from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.inference.counting.lineage_table import FrameCounts
from research.drawing.positions import Embryo
from research.drawing.projection import Nuclei
from research.scores.lineage import movie_scores, rendered_movies


def ten_cells(frames: int = 3) -> Embryo:
    """Ten AB cells on an ellipse that do not divide; the last frame has a single one, and is not shown."""
    angle = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    position = np.stack([0 * angle, 12 * np.sin(angle), 20 * np.cos(angle)], axis=1).astype(np.float32)
    far, axis = np.full(10, 50, np.float32), np.tile(np.float32([0, 0, 1]), (10, 1))
    ten = Nuclei(
        position=position,
        diameter=np.full(10, 5, np.float32),
        since_birth=far,
        to_division=far,
        axis=axis,
        lineage=np.zeros(10, np.int64),
    )
    one = Nuclei(**{name: getattr(ten, name)[:1] for name in ten.__dataclass_fields__})
    counts = np.zeros((frames + 1, 7), np.int64)
    counts[:, 0] = [10] * frames + [1]
    return Embryo(name="ten", times=np.arange(frames + 1), frames=(ten,) * frames + (one,), counts=counts)


class Says(LineageModel):
    """Returns the same counts for every frame."""

    def __init__(self, cells: int) -> None:
        self.cells = cells

    def iter_counts(self, image: Any) -> Iterator[FrameCounts]:
        for frame in range(len(image)):
            yield FrameCounts(frame, np.array([self.cells, 0, 0, 0, 0, 0, 0]), trusted=True)


def test_movies_have_only_frames_within_the_training_range() -> None:
    ((movie, truth),) = rendered_movies([ten_cells()])
    assert len(movie) == len(truth) == 3
    assert (truth["AB"] == 10).all()
    again, _ = next(rendered_movies([ten_cells()]))
    np.testing.assert_array_equal(movie, again)


@pytest.mark.parametrize(("cells", "total", "lineage"), [(10, 0.0, 0.0), (9, 10.0, 1 / 7)])
def test_errors_are_those_of_the_counts(cells: int, total: float, lineage: float) -> None:
    scores = movie_scores([ten_cells(), ten_cells()], Says(cells))
    assert scores["single frames"]["movies"] == 2
    for kind in ("single frames", "whole movies"):
        assert scores[kind]["total_error"] == pytest.approx(total)
        assert scores[kind]["lineage_error"] == pytest.approx(lineage, abs=1e-3)
