"""What is faster gives what SciPy gives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from napari_devolearn.postprocess import nuclei
from napari_devolearn.postprocess.nuclei import split_nuclei
from napari_devolearn.postprocess.parts import connected_parts, depth_in

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
def test_parts_and_depths_are_those_of_scipy(mask: np.ndarray) -> None:
    np.testing.assert_array_equal(connected_parts(mask), ndimage.label(mask)[0])
    if not mask.all():
        size = SIZE[-mask.ndim :]
        expected = ndimage.distance_transform_edt(mask, sampling=size)
        np.testing.assert_array_equal(depth_in(mask, size), expected.astype(np.float32))


def test_the_edge_is_no_background() -> None:
    row = np.array([[True, True, True, False]])
    np.testing.assert_allclose(depth_in(row, (1.0, 0.5)), [[1.5, 1.0, 0.5, 0.0]])


def crowd() -> np.ndarray:
    """Sixty balls of 4 um at random places in a field of 15 x 20 x 20 um, most of which touch others."""
    shape = (15, 80, 80)
    where = np.meshgrid(*(np.arange(n) * s for n, s in zip(shape, SIZE, strict=True)), indexing="ij")
    mask = np.zeros(shape, bool)
    for centre in np.random.default_rng(1).uniform((1, 1, 1), (14, 19, 19), (60, 3)):
        mask |= sum((a - c) ** 2 for a, c in zip(where, centre, strict=True)) < 2.0**2
    return mask


def test_nuclei_are_split_as_with_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    mask = crowd()
    labels = split_nuclei(mask, SIZE, 1.0)
    assert labels.max() > ndimage.label(mask)[1]
    monkeypatch.setattr(nuclei, "connected_parts", lambda mask: ndimage.label(mask)[0])
    monkeypatch.setattr(
        nuclei,
        "depth_in",
        lambda mask, size: ndimage.distance_transform_edt(mask, sampling=size).astype(np.float32),
    )
    np.testing.assert_array_equal(labels, split_nuclei(mask, SIZE, 1.0))
