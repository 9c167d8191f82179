from __future__ import annotations

import math

import numpy as np
import pytest

from napari_devolearn.postprocess.embryo import label_embryos, measure_embryo

PIXEL = (1.0, 0.5, 0.5)


def egg(
    angle: float = 0.0,
    *,
    middle: tuple[float, float] = (30, 40),
    semi: tuple[float, float] = (12, 20),
    shape: tuple[int, int] = (120, 160),
) -> np.ndarray:
    """An ellipse in a slice of 60 by 80 um, bool; sizes in um, the long axis turned from X towards Y.

    ::

    . . . . . . . .
    . . . # # . . .
    . . # # # # . .      80 um
    . . . # # . . .
    . . . . . . . .
    """
    y, x = ((np.arange(n) + 0.5) * 0.5 for n in shape)
    dy, dx = np.meshgrid(y - middle[0], x - middle[1], indexing="ij")
    turn = math.radians(angle)
    along, across = dx * math.cos(turn) + dy * math.sin(turn), dy * math.cos(turn) - dx * math.sin(turn)
    return (along / semi[1]) ** 2 + (across / semi[0]) ** 2 <= 1


def as_probability(mask: np.ndarray) -> np.ndarray:
    return np.where(mask, 200, 10).astype(np.uint8)


@pytest.mark.parametrize("angle", [0, 30, 90, -60])
def test_length_width_angle_and_area_of_an_ellipse(angle: float) -> None:
    size = measure_embryo(egg(angle).astype(np.uint32), PIXEL)

    assert size.length_um == pytest.approx(40, abs=0.8)
    assert size.width_um == pytest.approx(24, abs=0.8)
    assert abs((size.orientation_deg - angle + 90) % 180 - 90) < 1
    assert size.area_um2 == pytest.approx(math.pi * 12 * 20, rel=0.02)
    assert (size.embryos, size.cut) == (1, "")
    assert (size.y, size.x) == pytest.approx((59.5, 79.5), abs=0.3)
    assert math.isnan(size.volume_um3), "a slice has no volume"


def test_anisotropic_pixels_are_measured_in_um() -> None:
    squeezed = egg()[::2]
    assert measure_embryo(squeezed.astype(int), (1.0, 1.0, 0.5)).width_um == pytest.approx(24, abs=1)


def test_a_disc_has_no_angle() -> None:
    assert math.isnan(measure_embryo(egg(semi=(15, 15)).astype(int), PIXEL).orientation_deg)


def test_the_volume_of_an_ellipsoid() -> None:
    volume = np.stack([np.zeros((120, 160), bool), *[egg()] * 10, np.zeros((120, 160), bool)])
    size = measure_embryo(volume.astype(int), (2.0, 0.5, 0.5))
    assert size.volume_um3 == pytest.approx(math.pi * 12 * 20 * 20, rel=0.02)
    assert size.z == pytest.approx(5.5)


def test_an_embryo_cut_by_the_edge_has_a_position_but_no_size() -> None:
    size = measure_embryo(egg(middle=(30, 70)).astype(int), PIXEL)
    assert size.cut == "side"
    assert math.isnan(size.length_um)
    assert math.isnan(size.area_um2)
    assert size.x > 100


def test_an_embryo_cut_along_z_has_a_length_but_no_volume() -> None:
    size = measure_embryo(np.stack([egg()] * 4).astype(int), PIXEL)
    assert size.cut == "top or bottom"
    assert size.length_um == pytest.approx(40, abs=0.8)
    assert math.isnan(size.volume_um3)


def test_without_an_embryo_or_a_voxel_size_sizes_are_empty() -> None:
    nothing = measure_embryo(np.zeros((8, 8), int), PIXEL)
    assert nothing.embryos == 0
    assert math.isnan(nothing.length_um)
    assert math.isnan(nothing.x)
    unknown = measure_embryo(egg().astype(int), None)
    assert unknown.embryos == 1
    assert math.isnan(unknown.length_um)
    assert unknown.x == pytest.approx(79.5, abs=0.3)


def test_the_largest_embryo_is_1_holes_are_filled_and_specks_removed() -> None:
    """A small egg on the left, a large one with a hole on the right, a speck above."""
    small, large = egg(middle=(30, 15), semi=(8, 12)), egg(middle=(32, 55), semi=(12, 20))
    mask = small | large
    mask[60:66, 105:112] = False
    mask[3:6, 80:83] = True
    labels = label_embryos(as_probability(mask), 0.5, PIXEL)
    assert labels.dtype == np.uint32
    np.testing.assert_array_equal(labels == 1, large)
    np.testing.assert_array_equal(labels == 2, small)
    assert labels.max() == 2


def test_a_volume_of_one_slice_equals_a_slice() -> None:
    flat = label_embryos(as_probability(egg()), 0.5, PIXEL)
    deep = label_embryos(as_probability(egg())[None], 0.5, PIXEL)
    np.testing.assert_array_equal(deep[0], flat)
