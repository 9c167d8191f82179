from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.tracking.objects import measure_objects


def test_a_box_is_measured_in_um() -> None:
    frame = np.zeros((4, 10, 10), np.uint16)
    frame[1:3, 2:6, 2:4] = 7
    objects = measure_objects(frame, (2.0, 0.5, 0.25))
    assert objects.labels.tolist() == [7]
    assert objects.centers[0] == pytest.approx((4.0, 2.0, 0.75))
    assert objects.volumes[0] == pytest.approx(4.0 * 2.0 * 0.5)


def test_half_axes_of_a_ball_are_its_radius() -> None:
    z, y, x = np.mgrid[-8:9, -8:9, -8:9]
    objects = measure_objects((z**2 + y**2 + x**2 <= 49).astype(np.uint8), (1.0, 1.0, 1.0))
    assert objects.spreads[0] == pytest.approx((7, 7, 7), rel=0.03)
    assert objects.diameters[0] == pytest.approx(14, rel=0.03)


def test_an_image_is_one_plane() -> None:
    frame = np.zeros((20, 20), np.uint16)
    frame[5:15, 5:15] = 1
    objects = measure_objects(frame, (1.0, 1.0, 1.0))
    assert objects.centers[0] == pytest.approx((0, 10, 10))
    assert objects.volumes[0] == 100
    assert len(measure_objects(frame * 0, (1.0, 1.0, 1.0))) == 0
