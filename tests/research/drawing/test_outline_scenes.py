from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import ndimage

from research.drawing import outline_scenes
from research.drawing.outline_scenes import SceneDataset, draw_debris
from research.drawing.outline_views import View
from research.recipes.embryo import SPEC


def disc_view() -> View:
    """A bright disc of 24 um in a field of 48 by 36 um, pixels of 0.25 by 0.5 um."""
    y, x = np.mgrid[:144, :96]
    inside = ((y - 72) * 0.25) ** 2 + ((x - 48) * 0.5) ** 2 < 12**2
    return View(
        light=inside.astype(np.float32), inside=inside, size=(0.25, 0.5), of_volume=False, noisy=False
    )


def scenes(seed: int = 0, *, fixed: bool = False, length: int = 24) -> SceneDataset:
    return SceneDataset([(1.0, [disc_view()])], SPEC, length=length, crop=96, seed=seed, fixed=fixed)


def test_items_depend_only_on_seed_epoch_and_index() -> None:
    data = scenes()
    first = [data[3][0].numpy(), data[3][0].numpy()]
    np.testing.assert_array_equal(*first)
    data.set_epoch(1)
    assert not np.array_equal(data[3][0].numpy(), first[0])
    held_out = scenes(fixed=True)
    before = held_out[3][0].numpy()
    held_out.set_epoch(1)
    np.testing.assert_array_equal(held_out[3][0].numpy(), before)
    with pytest.raises(IndexError, match="give 0 to 23"):
        data[24]


def test_pixels_become_square_and_the_embryo_is_brighter() -> None:
    data = scenes(length=60)
    shown = 0
    for index in range(60):
        image, inside = (part.numpy()[0] for part in data[index])
        assert image.shape == inside.shape == (96, 96)
        assert 0 <= inside.min() <= inside.max() <= 1
        if 0.03 < inside.mean() < 0.3:
            shown += image[inside > 0.9].mean() > image[inside < 0.1].mean()
    assert shown > 35


def test_a_neighbouring_egg_is_separated_by_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outline_scenes, "_NEIGHBOUR", 1.0)
    monkeypatch.setattr(outline_scenes, "_EMPTY", 0.0)
    counts = [ndimage.label(scenes(seed=4)[index][1].numpy()[0] > 0.5)[1] for index in range(24)]
    assert max(counts) == 2
    assert np.mean(np.array(counts) == 2) > 0.3


def test_debris_stays_outside() -> None:
    inside = np.zeros((80, 80), np.float32)
    inside[20:60, 20:60] = 1
    drawn = [draw_debris(inside, 0.75, np.random.default_rng(seed)) for seed in range(8)]
    assert max(float(one[24:56, 24:56].max()) for one in drawn) < 0.05
    assert max(float(one.max()) for one in drawn) > 0.3


def test_the_weights_fit_into_the_package() -> None:
    from napari_devolearn.models.networks.build import build_network

    network = build_network(dataclasses.replace(SPEC))
    assert sum(one.numel() for one in network.state_dict().values()) * 2 < 5.5e6
