"""The window during a run: time to the first slice, slices while scrolling, and the longest stall.

Run with ``xvfb-run -a pytest tests/benchmarks/test_window.py --override-ini addopts= -s``. Xvfb draws on the
CPU, so OpenGL takes longer than with a GPU.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QTimer

from benchmarks.timing import SHAPE, SIZE
from helpers.docks.common import add_embryo
from napari_devolearn.simulate.embryo import SimulateParams, simulate_embryo
from napari_devolearn.widgets.segment.dock import SegmentDock

SECONDS = 120_000  # ms


class Pulse:
    """Longest time that the main thread was busy: a timer records when it is late."""

    def __init__(self, step: int = 2) -> None:
        self.late: list[float] = []
        self._last = perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(step)

    def _beat(self) -> None:
        now = perf_counter()
        self.late.append(1000 * (now - self._last))
        self._last = now

    def stop(self) -> str:
        self._timer.stop()
        late = np.array(self.late)
        return f"99 % below {np.percentile(late, 99):.0f} ms, the longest {late.max():.0f} ms"


def test_first_slice_scrolling_and_stalls(make_napari_viewer: Callable[..., Viewer], qtbot: QtBot) -> None:
    viewer = make_napari_viewer(show=True)
    embryo = simulate_embryo(SimulateParams(shape=SHAPE, voxel_size=SIZE, frames=2))
    image = add_embryo(viewer, embryo)
    viewer.dims.current_step = (0, 17, 0, 0)
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Segment")
    assert isinstance(dock, SegmentDock)
    for text in ("cold, torch not yet imported", "once the model is loaded"):
        dock.choice.scope.choice.value = "current slice"
        viewer.dims.current_step = (0, 17 if "cold" in text else 20, 0, 0)
        start = perf_counter()
        dock.run_block.run.native.click()
        plane = (0, viewer.dims.current_step[1])
        qtbot.waitUntil(lambda plane=plane: shown(dock, image, plane), timeout=SECONDS)
        print(f"first slice, {text}: {perf_counter() - start:.2f} s")  # noqa: T201
        qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
    scroll(viewer, qtbot, "at rest")
    dock.choice.scope.choice.value = "whole movie"
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: dock.run_block.bar.native.value() > 0, timeout=SECONDS)
    scroll(viewer, qtbot, "while the movie is computed")
    start = perf_counter()
    viewer.dims.current_step = (1, 17, 0, 0)
    qtbot.waitUntil(lambda: shown(dock, image, (1, 17)) or not dock.running, timeout=SECONDS)
    print(f"a slice of the next frame, shown first: {perf_counter() - start:.2f} s")  # noqa: T201
    dock.run_block.cancel.native.click()


def shown(dock: SegmentDock, image: object, plane: tuple[int, int]) -> bool:
    """Whether a slice has labels."""
    session = next(iter(dock.sessions.of_image(image)), None)
    return session is not None and session.result is not None and bool(session.result.read(plane).any())


def scroll(viewer: Viewer, qtbot: QtBot, when: str) -> None:
    """Scroll through the slices of the first frame for some seconds, 30 per second."""
    pulse, began, steps = Pulse(), perf_counter(), []
    while perf_counter() - began < 6:
        start = perf_counter()
        viewer.dims.current_step = (0, 5 + len(steps) % 25, 0, 0)
        steps.append(1000 * (perf_counter() - start))
        qtbot.wait(33)
    print(f"scrolling {when}: a step {np.median(steps):.0f} ms; main thread: {pulse.stop()}")  # noqa: T201
