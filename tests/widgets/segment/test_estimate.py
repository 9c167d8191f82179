"""What a run will take is said before it starts."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.estimate import expected, in_use
from napari_devolearn.widgets.segment.session import Session


@pytest.mark.parametrize(
    ("slices", "pace", "said"),
    [
        (0, 1.0, ""),
        (1, None, "1 slice to compute, roughly 0:03; better known after"),
        (70, 0.5, "70 slices to compute, about 0:35."),
        (7200, 1.0, "about 2:00:00."),
    ],
)
def test_the_time_is_that_of_the_slices_that_are_missing(slices, pace, said) -> None:
    assert said in expected(slices, pace, 3.0)


def test_backend_and_memory_are_said() -> None:
    said = in_use(SimpleNamespace(compute_backend="float32 on cpu"))
    assert "float32 on cpu" in said
    assert "GB of memory" in said


def test_a_new_dock_knows_the_last_pace(run: Callable[[str], Session], viewer: Viewer, qtbot: QtBot) -> None:
    run("whole movie")
    dock = SegmentDock(viewer)
    qtbot.addWidget(dock)
    dock.scope_box.choice.setCurrentText("whole movie")
    assert "18 slices to compute, about 0:" in dock.run_box.status.text()
