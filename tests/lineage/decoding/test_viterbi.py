from __future__ import annotations

import itertools

import numpy as np

from napari_devolearn.lineage.decoding.viterbi import cheapest_path


def test_the_path_has_minimum_cost() -> None:
    """Compared with all paths through 4 frames of 3 x 3 states."""
    cost = np.random.default_rng(0).uniform(0, 3, (4, 3, 3))
    steps, toll = (range(-1, 2), range(2)), (0.4, 0.7)
    states = list(itertools.product(range(3), range(3)))
    best = np.inf
    for path in itertools.product(states, repeat=4):
        moves = np.diff(np.array(path), axis=0)
        if all(i in steps[0] and j in steps[1] for i, j in moves):
            total = sum(cost[t, i, j] for t, (i, j) in enumerate(path))
            best = min(best, total + (moves**2 * toll).sum())
    total, i, j = cheapest_path(cost, steps, toll)
    assert np.isclose(total, best)
    moves = np.diff(np.stack([i, j], axis=1), axis=0)
    assert np.isclose(cost[np.arange(4), i, j].sum() + (moves**2 * toll).sum(), best)
    assert (moves[:, 1] >= 0).all()


def test_a_transition_cost_keeps_the_path_constant() -> None:
    cost = np.zeros((5, 1, 3))
    cost[2, 0, 0] = 1.0  # a bump at the place that is cheapest before and after
    cost[:, 0, 1:] = 0.3
    cost[2, 0, 1:] = 0.0
    free, dear = (cheapest_path(cost, (range(1), range(-1, 2)), (1.0, toll))[2] for toll in (0.1, 10.0))
    assert free.tolist() == [0, 0, 1, 0, 0]
    assert dear.tolist() == [0, 0, 0, 0, 0]
