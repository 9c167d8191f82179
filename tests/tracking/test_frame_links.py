from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from napari_devolearn.tracking.frame_links import link_frames
from napari_devolearn.tracking.objects import Objects


def ball_lattice() -> Objects:
    """60 balls 3 um wide, at random in 30 x 30 x 30 um, none nearer than 4 um to another."""
    rng = np.random.default_rng(0)
    centers: list[np.ndarray] = []
    while len(centers) < 60:
        point = rng.uniform(0, 30, 3)
        if all(np.linalg.norm(point - other) > 4 for other in centers):
            centers.append(point)
    return balls_at(np.array(centers))


def balls_at(centers: np.ndarray) -> Objects:
    """Balls 3 um wide at points."""
    n = len(centers)
    return Objects(
        labels=np.arange(1, n + 1), centers=centers, spreads=np.full((n, 3), 1.5), volumes=np.full(n, 14.1)
    )


def test_an_embryo_that_turns_and_drifts_is_followed() -> None:
    before = ball_lattice()
    turn = Rotation.from_rotvec([0.08, 0, 0])
    after = balls_at(turn.apply(before.centers - 15) + 15 + [0, 1.0, 0.5])
    pairs = link_frames(before, after, 1.1, 3.0)
    assert (pairs[:, 0] == pairs[:, 1]).all()
    assert len(pairs) == 60


def test_nothing_is_linked_farther_than_the_reach() -> None:
    near, far = np.zeros((1, 3)), np.array([[0, 0, 10.0]])
    assert len(link_frames(balls_at(near), balls_at(far), 1.1, 3.0)) == 0
    assert len(link_frames(balls_at(near), balls_at(far[:0]), 1.1, 3.0)) == 0
