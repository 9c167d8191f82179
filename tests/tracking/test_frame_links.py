from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from napari_devolearn.tracking.frame_links import link_frames
from napari_devolearn.tracking.objects import Objects
from napari_devolearn.tracking.params import LinkParams


def ball_lattice() -> Objects:
    """60 balls 3 um wide, at random in 30 x 30 x 30 um, at least 4 um apart."""
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


def test_a_rotating_and_drifting_embryo_is_tracked() -> None:
    before = ball_lattice()
    turn = Rotation.from_rotvec([0.08, 0, 0])
    after = balls_at(turn.apply(before.centers - 15) + 15 + [0, 1.0, 0.5])
    pairs = link_frames(before, after, 1.1, 3.0)
    assert (pairs[:, 0] == pairs[:, 1]).all()
    assert len(pairs) == 60


def far_lattice() -> np.ndarray:
    """Centres of 27 balls, 12 um apart, so that links are unambiguous."""
    return 12.0 * np.argwhere(np.ones((3, 3, 3)))


@pytest.mark.parametrize(("diameters", "linked"), [(0.7, 27), (0.85, 0)])
def test_drift_up_to_a_fraction_of_the_maximum_distance(diameters: float, linked: int) -> None:
    # laptrack compares a link with the cheapest one: equal links cost twice as much
    after = balls_at(far_lattice() + np.array([0, 0, 3.0 * diameters]))
    assert len(link_frames(balls_at(far_lattice()), after, LinkParams().max_distance, 3.0)) == linked


@pytest.mark.parametrize(("diameters", "linked"), [(0.55, 1), (0.65, 0)])
def test_a_moving_nucleus_is_linked_up_to_0_6_diameters(diameters: float, linked: int) -> None:
    centers = far_lattice()
    moved = centers + np.eye(27)[:, :1] * [0, 0, 3.0 * diameters]
    pairs = link_frames(balls_at(centers), balls_at(moved), LinkParams().max_distance, 3.0)
    assert (pairs[:, 0] == 0).sum() == linked
    assert len(pairs) == 26 + linked


def test_no_link_is_longer_than_the_maximum_distance() -> None:
    near, far = np.zeros((1, 3)), np.array([[0, 0, 10.0]])
    assert len(link_frames(balls_at(near), balls_at(far), 1.1, 3.0)) == 0
    assert len(link_frames(balls_at(near), balls_at(far[:0]), 1.1, 3.0)) == 0
