"""Helpers for tests of the docks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from magicgui.widgets import PushButton
from napari.components import ViewerModel
from napari.layers import Image
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QThreadPool
from qtpy.QtWidgets import QFileDialog

from napari_devolearn.simulate.embryo import SimulatedEmbryo
from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.session import Session

SECONDS = 120_000  # ms; the first run imports torch, and the machine may be busy


def add_embryo(viewer: ViewerModel, embryo: SimulatedEmbryo) -> Image:
    """The embryo as opened by the reader: calibrated, with 5 as its first frame number."""
    return viewer.add_image(
        embryo.image,
        name="embryo",
        scale=(1, *embryo.voxel_size),
        translate=(5, 0, 0, 0),
        units=("pixel", "um", "um", "um"),
        axis_labels=("t", "z", "y", "x"),
        metadata={"devolearn": {"frames": tuple(range(5, 5 + len(embryo.image)))}},
    )


def threads_over() -> bool:
    """Whether no thread of a job is running, including stopped jobs."""
    return QThreadPool.globalInstance().activeThreadCount() == 0


def up_to_date(session: Session) -> bool:
    """Whether every slice with a probability has its final labels in the layer."""
    result = session.result
    return bool((result.final | ~session.cache.done).all()) and not result.pending


def wait_for_labels(session: Session, qtbot: QtBot) -> None:
    """Wait until every slice with a probability has its final labels."""
    qtbot.waitUntil(lambda: up_to_date(session), timeout=SECONDS)


def go_to_slice(t: int, z: int, session: Session, viewer: Viewer, qtbot: QtBot) -> None:
    """Move the sliders, and wait until the slice is segmented."""
    viewer.dims.current_step = (t, z, 0, 0)
    qtbot.waitUntil(lambda: session.result.final[t, z], timeout=SECONDS)
    wait_for_labels(session, qtbot)


def set_threshold(dock: SegmentDock, value: float) -> None:
    """Move the slider."""
    dock.fields["threshold"].value = value


def foreground(session: Session, plane: tuple[int, int]) -> np.ndarray:
    """Where the labels of a slice are not background."""
    return session.result.layer.data[plane] > 0


def save_as(path: Path, button: PushButton, monkeypatch: pytest.MonkeyPatch) -> None:
    """Press a button that saves, and choose a path in its dialog."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    button.native.click()
