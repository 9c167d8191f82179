from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from napari_devolearn.postprocess import nuclei
from napari_devolearn.postprocess.components import ball_voxels, block_mean, connected_parts, depth_in
from napari_devolearn.postprocess.nuclei import split_nuclei

SIZE = (1.0, 0.25, 0.25)
RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "mask",
    [
        RNG.random((9, 40, 50)) < 0.4,
        RNG.random((40, 50)) < 0.5,
        np.asfortranarray(RNG.random((9, 40, 50)) < 0.4),
        (RNG.random((9, 40, 50)) < 0.4)[:, ::2, 1:],
        np.zeros((2, 3, 4), bool),
        np.ones((1, 1), bool),
    ],
    ids=["volume", "slice", "Fortran order", "view", "empty", "one pixel"],
)
def test_components_and_depths_equal_those_of_scipy(mask: np.ndarray) -> None:
    np.testing.assert_array_equal(connected_parts(mask), ndimage.label(mask)[0])
    if not mask.all():
        size = SIZE[-mask.ndim :]
        expected = ndimage.distance_transform_edt(mask, sampling=size)
        np.testing.assert_array_equal(depth_in(mask, size), expected.astype(np.float32))


def test_the_image_edge_is_not_background() -> None:
    row = np.array([[True, True, True, False]])
    np.testing.assert_allclose(depth_in(row, (1.0, 0.5)), [[1.5, 1.0, 0.5, 0.0]])


def crowd() -> np.ndarray:
    """Sixty discs of 2 um at random positions in a field of 20 x 20 um; most of them touch others."""
    y, x = np.ogrid[:80, :80]
    mask = np.zeros((80, 80), bool)
    for centre in np.random.default_rng(1).uniform(1, 19, (60, 2)):
        mask |= (y * SIZE[1] - centre[0]) ** 2 + (x * SIZE[2] - centre[1]) ** 2 < 1.0
    return mask


def test_nuclei_are_split_as_with_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    mask = crowd()
    labels = split_nuclei(mask, SIZE, 0.5)
    assert labels.max() > ndimage.label(mask)[1]
    monkeypatch.setattr(nuclei, "connected_parts", lambda mask: ndimage.label(mask)[0])
    monkeypatch.setattr(
        nuclei,
        "depth_in",
        lambda mask, size: ndimage.distance_transform_edt(mask, sampling=size).astype(np.float32),
    )
    np.testing.assert_array_equal(labels, split_nuclei(mask, SIZE, 0.5))


@pytest.mark.parametrize("steps", [(1, 2, 2), (2, 3, 4), (1, 1, 1), (5, 20, 20)])
def test_blocks_are_means_also_at_the_edge(steps: tuple[int, int, int]) -> None:
    values = RNG.integers(0, 256, (5, 10, 11)).astype(np.uint8)
    padded = np.pad(values.astype(float), [(0, -n % s) for n, s in zip(values.shape, steps, strict=True)])
    blocks = padded.reshape([part for n, s in zip(padded.shape, steps, strict=True) for part in (n // s, s)])
    np.testing.assert_allclose(block_mean(values, np.array(steps)), blocks.mean((1, 3, 5)), rtol=1e-6)


def test_a_ball_of_two_um_has_four_cubic_um() -> None:
    assert ball_voxels(2.0, np.array([1.0, 0.5, 0.5])) == pytest.approx(4.19 / 0.25, rel=1e-3)
    assert ball_voxels(2.0, np.array([0.5, 0.5])) == pytest.approx(3.14 / 0.25, rel=1e-3)
