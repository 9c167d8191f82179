from __future__ import annotations

import itertools

import numpy as np
import pytest

from napari_devolearn.simulate.growth import grow
from napari_devolearn.simulate.nucleus import Z_STRETCH, Nucleus
from napari_devolearn.simulate.params import FULLEST, SimulateParams, fill

PARAMS = SimulateParams(frames=20, nuclei=12, shape=(30, 80, 120), voxel_size=(1.0, 0.5, 0.5))


@pytest.fixture(scope="module")
def frames() -> list[list[Nucleus]]:
    return list(grow(PARAMS, np.random.default_rng(3)))


def test_several_divide_in_two(frames: list[list[Nucleus]]) -> None:
    first = {n.label: t for t, nuclei in reversed(list(enumerate(frames))) for n in nuclei}
    last = {n.label: t for t, nuclei in enumerate(frames) for n in nuclei}
    born = {n.label: n.parent for nuclei in frames for n in nuclei if n.parent}
    mothers = list(born.values())
    assert len(mothers) >= 10
    assert all(mothers.count(mother) == 2 for mother in mothers)
    assert all(last[mother] + 1 == first[child] for child, mother in born.items())


def test_nuclei_never_overlap(frames: list[list[Nucleus]]) -> None:
    """Spheres keep the sum of their radii; the plates of two sisters face each other."""
    for nuclei in frames:
        for i, one in enumerate(nuclei):
            for other in nuclei[:i]:
                offset = np.subtract(one.center, other.center) / (Z_STRETCH, 1, 1)
                sisters = one.parent and one.parent == other.parent
                reach = [n.along if sisters else max(n.along, n.across) for n in (one, other)]
                assert np.linalg.norm(offset) > sum(reach)


def test_nuclei_stay_in_the_egg(frames: list[list[Nucleus]]) -> None:
    places = np.array([n.center for nuclei in frames for n in nuclei])
    offset = (places - np.array(PARAMS.field) / 2) / (np.array(PARAMS.egg) / 2)
    assert (offset**2).sum(1).max() < 1


def test_nuclei_move_smoothly(frames: list[list[Nucleus]]) -> None:
    steps = [
        np.subtract(n.center, before[n.label])
        for last, nuclei in itertools.pairwise(frames)
        for before in [{n.label: n.center for n in last}]
        for n in nuclei
        if n.label in before
    ]
    speed = np.linalg.norm(steps, axis=1)
    assert 0.3 < np.median(speed) < 0.9  # um a minute; 0.64 in real embryos
    assert speed.max() < 4


def test_cells_of_a_full_egg_do_not_divide() -> None:
    params = SimulateParams(frames=12, frame_interval=60, nuclei=8, eggshell=(20.0, 22.0, 26.0))
    *_, late, last = grow(params, np.random.default_rng(0))
    filled = sum(fill(max(n.along, n.across), params.egg) for n in last)
    assert FULLEST - 0.05 < filled <= FULLEST
    assert [n.label for n in late] == [n.label for n in last]
