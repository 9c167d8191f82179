from __future__ import annotations

import numpy as np
import torch

from helpers.drawn.cells import STEP, brick_volume
from research.drawing.volumes import (
    GAP,
    LabelledVolume,
    VolumeCrops,
    VolumeSlices,
    channels,
    membrane_targets,
    plane_at,
)
from research.recipes.membrane import SPEC


def crops(**choices: float) -> VolumeCrops:
    """Crops of 64 pixels of the bricks."""
    return VolumeCrops([brick_volume()], SPEC, length=4, crop=64, seed=3, **choices)


def test_targets_say_inside_beyond_the_gap_and_how_deep() -> None:
    interior, distance = membrane_targets(np.array([[0, GAP, 1.0, 3.0]], np.float32))
    np.testing.assert_allclose(interior, [[0, 0.5, 1, 1]])
    np.testing.assert_allclose(distance[0, [0, 3]], [0, 1 - np.exp(-1)], rtol=1e-6)


def test_a_plane_between_two_is_their_mean() -> None:
    ramp = np.arange(4, dtype=np.uint8)[:, None, None] * 10
    assert [plane_at(ramp, z).item() for z in (-1, 1, 1.5, 9)] == [0, 10, 15, 30]


def test_channels_are_slices_at_the_model_s_distance() -> None:
    ramp = np.broadcast_to(np.arange(60, dtype=np.uint8)[:, None, None], (60, 2, 2))
    volume = LabelledVolume(image=ramp, depth=ramp, step=STEP)
    seen = channels(volume, 30, SPEC, 1.0)[:, 0, 0]
    np.testing.assert_allclose(seen, 30 + np.arange(-3, 4) * 0.6 / STEP, rtol=1e-6)
    np.testing.assert_allclose(channels(volume, 30, SPEC, -1.0)[:, 0, 0], seen[::-1], rtol=1e-6)
    assert channels(volume, 30, SPEC, 0.0).shape == (1, 2, 2)


def test_an_item_is_the_same_again_and_another_in_the_next_epoch() -> None:
    data = crops()
    first = data[1]
    assert [tuple(part.shape) for part in first] == [(7, 64, 64), (2, 64, 64)]
    for one, other in zip(first, crops()[1], strict=True):
        torch.testing.assert_close(one, other)
    data.set_epoch(1)
    assert not torch.equal(first[0], data[1][0])


def test_lone_slices_stand_for_their_neighbours() -> None:
    image, _ = crops(lone=1.0)[0]
    assert bool((image == image[:1]).all())
    image, _ = crops(lone=0.0)[0]
    assert not bool((image == image[:1]).all())


def test_membranes_of_image_and_target_lie_in_the_same_place() -> None:
    agreeing = []
    for image, target in (crops(lone=1.0)[i] for i in range(4)):
        inside = target[0] > 0.9
        rim = (target[1] > 0.02) & (target[0] < 0.3)
        if inside.sum() > 200 and rim.sum() > 50:
            agreeing.append(bool(image[3][rim].mean() > image[3][inside].mean()))
    assert agreeing
    assert all(agreeing)


def test_held_out_slices_are_whole_and_each_second_one_is_alone() -> None:
    data = VolumeSlices([brick_volume()], SPEC, slices=2)
    assert len(data) == 2
    (first, target), (second, _) = data[0], data[1]
    assert first.shape == (7, 56, 56)
    assert target.shape == (2, 56, 56)
    assert bool((second == second[:1]).all())
