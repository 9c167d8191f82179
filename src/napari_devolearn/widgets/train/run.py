"""Training in a worker thread, which can be stopped within a step."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from napari.layers import Image, Labels
from qtpy.QtCore import QObject, Signal

from napari_devolearn._types import VoxelSize
from napari_devolearn.training.fit.report import EpochReport
from napari_devolearn.training.learn import iter_train
from napari_devolearn.widgets.common.calibration import voxel_size_in_file, voxel_size_of
from napari_devolearn.widgets.common.layers import pixels_of, pixels_under, shape_of
from napari_devolearn.widgets.common.loading import garbage_collection_disabled, map_torch

_ONE_AT_A_TIME = threading.Lock()
"""Held by a training until its last step has ended, because the next one may use the same folder."""


class Progress(QObject):
    """Progress of a training, reported from its thread."""

    # steps done and steps of the whole run; 0 and 0 while images are prepared or scored
    moved = Signal(int, int)


class _Cancelled(Exception):  # noqa: N818 - not an error
    """The user has pressed Cancel."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Request:
    """What to train, and where to."""

    out: Path  # folder of the run
    images: Any = None
    labels: Any = None
    known: npt.NDArray[np.bool_] | None = None  # where the labels are correct
    voxel_size: VoxelSize | None = None  # (Z, Y, X) in um
    options: dict[str, Any] = field(default_factory=dict)  # of `iter_train`
    leave: threading.Event = field(default_factory=threading.Event)  # set to stop the training


def request_of_layers(
    out: Path, image: Image, labels: Labels, known: Labels | None, options: dict[str, Any]
) -> Request:
    """Request a training on layers.

    The labels may be of a region of the image. `known` is painted where they are correct; None for
    everywhere. Raises ImageFormatError if the labels do not match the other layers.
    """
    shape = shape_of(labels)
    return Request(
        out=out,
        images=pixels_under(labels, image).reshape(shape),
        labels=pixels_of(labels).reshape(shape),
        known=None if known is None else np.asarray(pixels_under(labels, known)).reshape(shape) > 0,
        voxel_size=voxel_size_of(image) or voxel_size_in_file(image),
        options=options,
    )


def iter_training(request: Request, progress: Progress) -> Iterator[EpochReport]:
    """Train; called in a thread."""

    def after_step(done: int, total: int) -> None:
        progress.moved.emit(done, total)
        if request.leave.is_set():
            raise _Cancelled

    with _ONE_AT_A_TIME:
        map_torch()
        with garbage_collection_disabled():
            import_module("napari_devolearn.training.run.run_folder")
        steps = iter_train(
            request.images,
            request.labels,
            out=request.out,
            known=request.known,
            voxel_size=request.voxel_size,
            after_step=after_step,
            **request.options,
        )
        with closing(steps):
            try:
                yield from steps
            except _Cancelled:
                return


def summary(reports: list[EpochReport]) -> str:
    """Outcome of a training so far, from the reports of the initial weights and each epoch."""
    start, last = reports[0], reports[-1]
    best = next(row for row in reversed(reports) if row.best)
    if last is start:
        return f"The initial model has an IoU of {start.score:.3f} on the held-out images."
    if best is start:
        none = f"None of {last.epoch} epochs was" if last.epoch > 1 else "The only epoch was not"
        return f"{none} better than the initial model, IoU {start.score:.3f}, which is kept."
    return f"IoU {best.score:.3f} at epoch {best.epoch} of {last.epoch}, initially {start.score:.3f}."
