from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.ndimage import center_of_mass, label

from research.drawing.look import Look, draw_look
from research.drawing.projection import Nuclei, project


def nuclei(position: list[tuple[float, float, float]], **changes: object) -> Nuclei:
    """Nuclei of 6 um in interphase at (Z, Y, X) in um."""
    count = len(position)
    plain = Nuclei(
        position=np.array(position, np.float32),
        diameter=np.full(count, 6, np.float32),
        since_birth=np.full(count, 50, np.float32),
        to_division=np.full(count, 50, np.float32),
        axis=np.tile(np.float32([0, 0, 1]), (count, 1)),
        lineage=np.zeros(count, np.int64),
    )
    return dataclasses.replace(plain, **changes)


@pytest.fixture
def clean() -> Look:
    """Without noise, blur, spots or rotation: 60 x 80 um in pixels of 0.5 um."""
    look = draw_look(np.random.default_rng(0))
    return dataclasses.replace(
        look,
        shape=(120, 160),
        pixel_size=0.5,
        rotation=np.eye(3),
        scale=1.0,
        shift=(0.0, 0.0),
        nucleus_size=3.0,
        nucleus_shrink=0.16,
        tissue_decay=1e6,
        depth_gain=0.0,
        slope=(0.0, 0.0),
        lineage_gain=np.zeros(8, np.float32),
        brightness_spread=0.0,
        missing=0.0,
        plate_thickness=0.25,
        plate_width=0.75,
        edge=0.5,
        blur=0.0,
        haze=0.0,
        cytoplasm=0.0,
        spots=np.zeros((0, 4), np.float32),
        read_noise=0.0,
        shot_noise=0.0,
        offset=0.0,
        black=0.0,
        white=1.0,
        gamma=1.0,
        levels=255,
    )


def test_nuclei_lie_where_they_were_put(clean: Look) -> None:
    # . 1 . .      around the middle (60, 80) of 120 x 160 pixels
    # . . . 2
    image = project(nuclei([(0, -10, -15), (0, 10, 15)]), clean, np.random.default_rng(0))
    found, count = label(image > 0.5)
    assert count == 2
    np.testing.assert_allclose(center_of_mass(image, found, [1, 2]), [(39.5, 49.5), (79.5, 109.5)], atol=0.6)


def test_one_behind_the_other_counts_once_and_tissue_dims_it(clean: Look) -> None:
    dim = dataclasses.replace(clean, tissue_decay=10.0)
    three = nuclei([(-10, -10, 0), (10, -10, 0), (10, 10, 0)])
    assert label(project(three, clean, np.random.default_rng(0)) > 0.5)[1] == 2
    seen = project(three, dim, np.random.default_rng(0))
    assert seen[:60].max() > 1.5 * seen[60:].max()


def test_a_dividing_nucleus_is_a_plate_across_its_axis(clean: Look) -> None:
    interphase = nuclei([(0, 0, -15), (0, 0, 15)])
    dividing = dataclasses.replace(interphase, to_division=np.float32([50, 0]))
    image = project(dividing, clean, np.random.default_rng(0)) > 0.4
    round_one, plate = image[:, :80], image[:, 80:]
    assert plate.sum() < 0.5 * round_one.sum()
    assert plate.any(axis=1).sum() > 1.4 * plate.any(axis=0).sum()  # its axis is X


def test_images_are_reproducible_and_from_0_to_1() -> None:
    for seed in range(20):
        first, again = (
            project(nuclei([(0, 0, -15), (0, 5, 15)]), draw_look(rng, harsh=seed % 2 == 0), rng)
            for rng in (np.random.default_rng(seed), np.random.default_rng(seed))
        )
        np.testing.assert_array_equal(first, again)
        assert first.dtype == np.float32
        assert first.min() >= 0
        assert first.max() <= 1
