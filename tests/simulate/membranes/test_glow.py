from __future__ import annotations

import numpy as np

from napari_devolearn.simulate.membranes.glow import (
    CONTACT,
    OUTER,
    Glow,
    membrane_depth,
    membrane_kinds,
    simulate_glow,
)

# outside, a cell, another:
FLAT = np.array([[0, 1, 1, 1, 2, 2]], np.uint32)
EVEN = Glow(cell_spread=0, along_spread=0, hidden=(0, 0), grain=0, spots=0)


def test_membranes_between_cells_have_two_sides() -> None:
    np.testing.assert_array_equal(membrane_kinds(FLAT), [[OUTER, OUTER, 0, CONTACT, CONTACT, 0]])


def test_depth_is_in_um_from_the_middle_of_the_membrane() -> None:
    wide = np.repeat(FLAT, 3, 1)
    depth = membrane_depth(wide, (0.5, 0.5))
    np.testing.assert_allclose(depth[0, :9], [0, 0, 0, 0.25, 0.75, 1.25, 1.75, 2.25, 1.75])


def test_a_cell_without_a_membrane_has_infinite_depth() -> None:
    assert np.isinf(membrane_depth(np.ones((3, 3), np.uint32), (1.0, 1.0))).all()


def block() -> np.ndarray:
    """Two cells side by side in the middle of a volume of (16, 24, 24) voxels."""
    labels = np.zeros((16, 24, 24), np.uint32)
    labels[4:12, 6:18, 4:12], labels[4:12, 6:18, 12:20] = 1, 2
    return labels


def test_contacts_are_brighter_than_the_outer_membrane() -> None:
    labels = block()
    membranes, inside = simulate_glow(labels, 0.5, EVEN, np.random.default_rng(0))
    kinds = membrane_kinds(labels)
    np.testing.assert_allclose(membranes[kinds == CONTACT], 1)
    np.testing.assert_allclose(membranes[kinds == OUTER], EVEN.outer, rtol=1e-5)
    assert not membranes[kinds == 0].any()
    assert inside[8, 12, 8] > 0.5 * EVEN.cytoplasm > inside[0, 0, 0]


def test_membranes_parallel_to_the_slice_are_hidden() -> None:
    slab = np.zeros((32, 72, 72), np.uint32)
    slab[8:24, 6:66, 6:66] = 1
    glow = Glow(cell_spread=0, along_spread=0, hidden=(1.0, 0.0), grain=0, spots=0)
    membranes, _ = simulate_glow(slab, 0.5, glow, np.random.default_rng(0))
    low, high, side = membranes[8, 36, 36], membranes[23, 36, 36], membranes[16, 6, 36]
    assert low < 0.1 * high
    assert side > 0.8 * glow.outer
