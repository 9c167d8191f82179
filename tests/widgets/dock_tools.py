"""Helpers for tests of the docks."""

from __future__ import annotations

import numpy as np
from napari.components import ViewerModel
from napari.layers import Image
from qtpy.QtCore import QThreadPool

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


def set_threshold(dock: SegmentDock, value: float) -> None:
    """Move the slider."""
    dock.fields["threshold"].value = value


def foreground(session: Session, plane: tuple[int, int]) -> np.ndarray:
    """Where the labels of a slice are not background."""
    return session.result.layer.data[plane] > 0
