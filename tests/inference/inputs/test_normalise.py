from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from napari_devolearn.inference.inputs.normalise import in_float32, normalise, scale_as_trained, volume_span
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


def test_a_slice_dimmer_than_its_volume_is_not_brightened() -> None:
    #  nuclei of 100 above a ground of 20 in slice 1, their blur of 30 in slice 0
    volume = np.full((2, 40, 40), 20.0)
    volume[0, :10], volume[1, :10] = 30, 100
    span = volume_span(volume, (1, 99.8))
    assert span == pytest.approx(80)
    assert normalise(volume[0], (1, 99.8)).max() == 1
    assert normalise(volume[0], (1, 99.8), span).max() == pytest.approx(0.125)
    np.testing.assert_array_equal(normalise(volume[1], (1, 99.8), span), normalise(volume[1], (1, 99.8)))


def test_the_range_of_a_volume_of_one_slice_is_that_of_the_slice() -> None:
    assert volume_span(np.arange(100).reshape(1, 10, 10), (1, 99)) == 0


def test_padding_and_empty_planes_do_not_affect_the_range_of_a_volume() -> None:
    volume = np.random.default_rng(0).gamma(2, 20, (4, 60, 80)) + 10
    expected = volume_span(volume, (1, 99.8))
    assert volume_span(np.pad(volume, ((3, 3), (0, 0), (0, 0))), (1, 99.8)) == pytest.approx(
        expected, rel=1e-3
    )
    assert volume_span(np.pad(volume, ((0, 0), (40, 0), (0, 50))), (1, 99.8)) == pytest.approx(
        expected, rel=0.05
    )
    assert volume_span(np.full((3, 40, 40), 7), (1, 99.8)) == 0


def test_a_wide_slice_is_scaled_by_its_brightest_field_of_view() -> None:
    rng = np.random.default_rng(0)
    wide = rng.normal(20, 1, (300, 300))
    wide[40:80, 40:80] += rng.gamma(2, 20, (40, 40))
    field = (60, 60)
    bright = wide[30:90, 30:90]
    high = np.percentile(bright, 99)
    at = np.unravel_index(np.abs(bright - high).argmin(), bright.shape)
    assert normalise(wide, (1, 99))[30:90, 30:90][at] > 1.5
    assert normalise(wide, (1, 99), field=field)[30:90, 30:90][at] == pytest.approx(1, abs=0.15)
    np.testing.assert_array_equal(normalise(bright, (1, 99), field=field), normalise(bright, (1, 99)))


@pytest.mark.parametrize(
    ("start", "dtype"),
    [
        (2**31, np.uint32),
        (2**64 - 110, np.uint64),
        (-(2**63), np.int64),
        (1e9, np.float64),
        (1e6, np.float32),
    ],
)
def test_large_offsets_keep_intensity_differences(start: float, dtype: npt.DTypeLike) -> None:
    values = (np.arange(100).astype(dtype) + np.array(start, dtype)).reshape(10, 10)
    np.testing.assert_array_equal(np.diff(in_float32(values).ravel()), 1)


@pytest.mark.parametrize("factor", [1e-320, 1e-300, 1e-40, 1e40, 1e300, 1.7e306])
def test_extreme_ranges_are_scaled(factor: float) -> None:
    values = np.linspace(-100, 100, 101) * factor
    scaled = in_float32(values)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(normalise(scaled[None], (0, 100))[0], np.linspace(0, 1, 101), atol=0.02)


@pytest.mark.parametrize("values", [[3.0, np.nan], [np.inf, 1.0], [5.0, 5.0]])
def test_constant_slices_and_nan_are_unchanged(values: list[float]) -> None:
    given = np.array(values)
    assert in_float32(given) is given


def test_equal_pixels_with_a_hot_one_are_a_constant_slice() -> None:
    plane = np.full((200, 200), 4095, np.float32) + np.random.default_rng(0).random((200, 200)) * 1e-3
    plane[3, 4] = 60000
    assert not normalise(plane, (1, 99.8)).any()
