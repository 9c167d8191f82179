"""Intensities to the range of training."""

from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.inference.normalise import normalise, scale_as_trained, volume_span
from napari_devolearn.models.spec import ModelSpec


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float64])
def test_the_percentiles_become_0_and_1_in_any_dtype(dtype: type) -> None:
    plane = np.linspace(10, 110, 101).reshape(1, 101).astype(dtype)
    scaled = normalise(plane, (10, 90))
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled[0, [10, 50, 90]], [0, 0.5, 1], atol=1e-6)


def test_gain_and_offset_of_the_camera_do_not_matter() -> None:
    plane = np.random.default_rng(0).gamma(2, 20, (64, 64))
    np.testing.assert_allclose(normalise(plane, (1, 99.8)), normalise(plane * 7 + 300, (1, 99.8)), atol=1e-4)


def test_a_constant_slice_is_zeros() -> None:
    assert not normalise(np.full((5, 5), 77, np.uint8), (1, 99.8)).any()


@pytest.mark.parametrize(
    ("dtype", "expected"), [(np.uint8, [0.2, 0.4]), (np.uint16, [0, 1]), (np.float32, [0, 1])]
)
def test_only_8_bit_images_are_divided_by_255(dtype: type, expected: list[float]) -> None:
    spec = ModelSpec(name="n", task="nucleus", pixel_size=1, sha256="a" * 64, normalisation="divide-255")
    scaled = scale_as_trained(np.array([[51, 102]], np.float32), dtype, spec)
    np.testing.assert_allclose(scaled[0], expected, atol=1e-6)


def test_a_slice_dimmer_than_its_volume_stays_dim() -> None:
    #  nuclei of 100 above a ground of 20 in slice 1, their blur of 30 in slice 0
    volume = np.full((2, 40, 40), 20.0)
    volume[0, :10], volume[1, :10] = 30, 100
    span = volume_span(volume, (1, 99.8))
    assert span == pytest.approx(80)
    assert normalise(volume[0], (1, 99.8)).max() == 1
    assert normalise(volume[0], (1, 99.8), span).max() == pytest.approx(0.125)
    np.testing.assert_array_equal(normalise(volume[1], (1, 99.8), span), normalise(volume[1], (1, 99.8)))


def test_a_volume_of_one_slice_has_no_span_beyond_it() -> None:
    assert volume_span(np.arange(100).reshape(1, 10, 10), (1, 99)) == 0
