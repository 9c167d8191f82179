from __future__ import annotations

import numpy as np
import pytest
from matplotlib.scale import LinearScale, SymmetricalLogScale

from napari_devolearn.widgets.populations.zoom import panned, zoomed

LINEAR = LinearScale(None).get_transform()
LOG = SymmetricalLogScale(None, linthresh=1.0, linscale=0.4).get_transform()
LIMITS = ((0.0, 100.0), (0.0, 400.0))


def test_a_wheel_notch_zooms_around_the_mouse() -> None:
    frames, cells = zoomed(LIMITS, np.array([0.25, 0.5]), 1, LINEAR, cells=False)
    assert frames == pytest.approx((5, 85))
    assert cells == LIMITS[1]
    assert zoomed((frames, cells), np.array([0.25, 0.5]), -1, LINEAR, cells=False)[0] == pytest.approx(
        (0, 100)
    )


@pytest.mark.parametrize("scale", [LINEAR, LOG])
def test_cells_are_zoomed_in_the_scale_of_the_axis(scale: object) -> None:
    frames, cells = zoomed(LIMITS, np.array([0.5, 0.5]), 2, scale, cells=True)
    assert frames == LIMITS[0]
    ends, old = scale.transform(np.array(cells)), scale.transform(np.array(LIMITS[1]))
    assert ends[1] - ends[0] == pytest.approx(0.64 * (old[1] - old[0]))
    assert ends.mean() == pytest.approx(old.mean())


def test_a_pan_moves_both_axes_with_the_mouse() -> None:
    frames, cells = panned(LIMITS, np.array([0.1, -0.25]), LINEAR)
    assert frames == pytest.approx((-10, 90))
    assert cells == pytest.approx((100, 500))
    _, cells = panned(LIMITS, np.array([0.0, 0.1]), LOG)
    assert panned((LIMITS[0], cells), np.array([0.0, -0.1]), LOG)[1] == pytest.approx(LIMITS[1], abs=1e-6)
