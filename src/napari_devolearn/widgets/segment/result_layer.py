"""The layers of a run, aligned with its image."""

from __future__ import annotations

from collections import deque
from time import perf_counter

import numpy as np
import numpy.typing as npt
from napari.components import ViewerModel
from napari.layers import Image
from qtpy.QtCore import QObject, QTimer

from napari_devolearn._types import Labels
from napari_devolearn.inference.cache import ProbabilityCache, allocate
from napari_devolearn.widgets.common.layers import Plane, Region, grid_of, placement, shape_of

_SLOT = 0.008
"""Maximum seconds of writing at a time in the main thread: half of a screen refresh."""


def add_probability(
    viewer: ViewerModel, image: Image, region: Region | None, cache: ProbabilityCache
) -> Image:
    """Show a cache as an image layer, which also shows what the cache gets later."""
    arguments = placement(image, region)
    arguments["metadata"] = {"devolearn": arguments["metadata"]["devolearn"] | {"probability": True}}
    return viewer.add_image(
        cache.data.reshape(grid_of(image, region)),
        name=f"{image.name} probability",
        contrast_limits=(0, 255),
        colormap="magma",
        blending="additive",
        **arguments,
    )


class ResultLayer(QObject):
    """A Labels layer and the state of each of its slices."""

    def __init__(
        self, viewer: ViewerModel, image: Image, name: str, volumes: set[int], region: Region | None = None
    ) -> None:
        super().__init__()
        shape = shape_of(image, region)
        self._viewer = viewer
        self._array = allocate(grid_of(image, region), np.uint32)
        self._planes = self._array.reshape(shape)
        self._highest = 0
        self._queue: deque[tuple[Plane, Labels]] = deque()
        self._in_view = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._write_some)
        self.edited = False  # the user has painted, filled or erased, or replaced the data of the layer
        # (T, Z), bool: slices whose labels are of the current parameters, or are about to be
        # written
        self.final: npt.NDArray[np.bool_] = np.zeros(shape[:2], bool)
        # (T, Z), bool: slices with one label per object, not a mask
        self.instances: npt.NDArray[np.bool_] = np.zeros(shape[:2], bool)
        arguments = placement(image, region)
        arguments["metadata"]["devolearn"]["linked"] = False  # labels do not follow nuclei over time
        arguments["metadata"]["devolearn"]["volumes"] = volumes
        self.layer = viewer.add_labels(self._array, name=name, **arguments)
        # a brush stroke emits labels_update at each dab and paint at its end
        for event in (self.layer.events.labels_update, self.layer.events.paint, self.layer.events.data):
            event.connect(self._mark_edited)

    @property
    def writable(self) -> bool:
        """Whether the layer is in the viewer, and was not edited."""
        return not self.edited and self.layer in self._viewer.layers

    @property
    def pending(self) -> bool:
        """Whether labels wait to be written."""
        return bool(self._queue)

    @property
    def next_label(self) -> int:
        """Lowest free label."""
        return self._highest + 1

    def read(self, plane: Plane) -> Labels:
        """Labels of one slice, (Y, X)."""
        labels: Labels = self._planes[plane]
        return labels

    def forget(self) -> None:
        """Mark all slices as not final, because the parameters have changed."""
        self.final[:] = False
        self._queue.clear()

    def preview(self, plane: Plane, labels: Labels, *, instances: bool) -> None:
        """Write and show a preliminary slice until its final labels come."""
        self._write(plane, labels)
        self.instances[plane] = instances
        self.layer.refresh(thumbnail=False, highlight=False, extent=False)

    def write(self, planes: list[Plane], labels: Labels, view: Plane, *, instances: bool) -> None:
        """Write final labels, the current slice first, a few at a time to keep the window responsive."""
        queued = sorted(zip(planes, labels, strict=True), key=lambda item: item[0] != view)
        for plane, _ in queued:
            self.final[plane], self.instances[plane] = True, instances
        self._queue.extend(queued)
        self._in_view |= planes[0][0] == view[0]
        self._timer.start(0)

    def _write_some(self) -> None:
        if not self.writable:
            self._queue.clear()
        started, flat = perf_counter(), self._viewer.dims.ndisplay == 2
        while self._queue and perf_counter() - started < _SLOT:
            self._write(*self._queue.popleft())
        if not self._queue:
            self._timer.stop()
        if self._in_view and (flat or not self._queue):
            self.layer.refresh(thumbnail=not self._queue, highlight=False, extent=False)
            self._in_view = bool(self._queue) and not flat

    def _write(self, plane: Plane, labels: Labels) -> None:
        self._planes[plane] = labels
        self._highest = max(self._highest, int(labels.max(initial=0)))

    def _mark_edited(self) -> None:
        self.edited = True
