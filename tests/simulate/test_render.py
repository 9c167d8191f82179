from __future__ import annotations

import math

import numpy as np
import pytest

from napari_devolearn.simulate.nucleus import Z_STRETCH, Nucleus
from napari_devolearn.simulate.render import OFFSET, render_frame

SHAPE, VOXEL_SIZE = (24, 64, 80), (1.0, 0.5, 0.5)


def _render(*nuclei: Nucleus, **options: object) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return render_frame(nuclei, **{"shape": SHAPE, "voxel_size": VOXEL_SIZE, "rng": rng, **options})


def test_ground_truth_has_the_position_and_volume_of_a_nucleus() -> None:
    _, labels = _render(Nucleus(7, (12.0, 10.0, 30.0), 4.0, 4.0))
    inside = np.argwhere(labels == 7)
    np.testing.assert_allclose((inside.mean(0) + 0.5) * VOXEL_SIZE, (12, 10, 30), atol=0.1)
    volume = len(inside) * math.prod(VOXEL_SIZE)
    assert volume == pytest.approx(4 / 3 * math.pi * 4**3 * Z_STRETCH, rel=0.03)


def test_plate_is_thin_along_its_axis() -> None:
    _, labels = _render(Nucleus(1, (12.0, 16.0, 20.0), 1.0, 4.0, axis=(0.0, 1.0, 0.0)))
    z, y, x = (np.ptp(at) + 1 for at in np.nonzero(labels))
    assert (z, y, x) == (10, 4, 16)


@pytest.mark.parametrize("center", [(12.2, 10.1, 30.1), (0.0, 0.0, 0.0), (24.0, 32.0, 40.0)])
def test_a_nucleus_is_never_lost_between_voxels(center: tuple[float, float, float]) -> None:
    _, labels = _render(Nucleus(1, center, 0.05, 0.05))
    assert np.count_nonzero(labels) >= 1


def test_nuclei_are_dimmer_in_the_depth_and_longer_in_z() -> None:
    ball = Nucleus(1, (5.0, 16.0, 10.0), 2.5, 2.5)
    image, _ = _render(ball, ball._replace(label=2, center=(19.0, 16.0, 30.0)), noise=0.0)
    shallow, deep = image[5, 32, 20] - OFFSET, image[19, 32, 60] - OFFSET
    assert 0.5 < deep / shallow < 0.8
    bright = image[:12] > OFFSET + shallow / 4
    z, y, x = ((np.ptp(at) + 1) * edge for at, edge in zip(np.nonzero(bright), VOXEL_SIZE, strict=True))
    assert z > 1.25 * y
    assert y == x


def test_eggshell_is_filled_with_faint_cytoplasm() -> None:
    image, labels = _render(eggshell=(20.0, 20.0, 30.0), noise=0.0)
    assert image[12, 32, 40] > image[12, 1, 40]
    assert not labels.any()


def test_the_background_equals_that_of_real_slices() -> None:
    """Median 23, speckle with a heavy tail, correlated along y only."""
    image, _ = _render(shape=(10, 160, 160), voxel_size=(1.0, 0.25, 0.25))
    assert np.median(image) == OFFSET
    assert 0.004 < (image > 60).mean() < 0.015
    plane = image - image.mean()
    along_y = (plane[:, 1:] * plane[:, :-1]).mean() / plane.var()
    along_x = (plane[..., 1:] * plane[..., :-1]).mean() / plane.var()
    assert along_y > 0.5
    assert abs(along_x) < 0.05


def test_bright_nuclei_saturate() -> None:
    image, _ = _render(Nucleus(1, (12.0, 16.0, 20.0), 4.0, 4.0, brightness=9.0))
    assert image.max() == 255
