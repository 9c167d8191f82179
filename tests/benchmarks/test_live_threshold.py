"""Time until the current slice follows the threshold, in a volume of the size of an embryo.

Run with ``xvfb-run -a pytest tests/benchmarks/test_live_threshold.py --override-ini addopts= -s``.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
import pytest
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from helpers.docks.common import add_embryo, set_threshold, up_to_date
from napari_devolearn.simulate.embryo import SimulateParams, simulate_embryo
from napari_devolearn.widgets.segment.dock import SegmentDock


@pytest.mark.parametrize("output", ["mask", "instances"])
def test_latency_of_slice_and_volume_after_a_threshold_change(
    make_napari_viewer: Callable[[], Viewer], qtbot: QtBot, output: str
) -> None:
    viewer = make_napari_viewer()
    embryo = simulate_embryo(SimulateParams(shape=(35, 512, 708), voxel_size=(1.0, 0.09, 0.09), frames=1))
    image = add_embryo(viewer, embryo)
    viewer.dims.current_step = (0, 17, 0, 0)
    dock = SegmentDock(viewer)
    qtbot.addWidget(dock.native)
    dock.choice.model.value = "nucleus"  # not the last one of this user
    dock.fields["output"].value = output
    dock.choice.scope.choice.value = "current volume"
    dock.run()
    qtbot.waitUntil(lambda: bool(dock.sessions.of_image(image)) and not dock.running, timeout=120_000)
    session = dock.sessions.of_image(image)[-1]
    passes, at_once = session.model.forward_passes, []
    for threshold in np.random.default_rng(0).uniform(0.1, 0.95, 60):
        start = perf_counter()
        set_threshold(dock, threshold)
        at_once.append(perf_counter() - start)
        qtbot.wait(1)
    start = perf_counter()
    qtbot.waitUntil(lambda: up_to_date(session), timeout=60_000)
    median, worst = 1000 * np.median(at_once), 1000 * max(at_once)
    print(f"{output}: {median:.1f} ms, at most {worst:.1f}; the volume after {perf_counter() - start:.2f} s")  # noqa: T201
    assert session.model.forward_passes == passes
