"""The layers that a run makes, laid exactly over its image."""

from __future__ import annotations

from collections import deque
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from qtpy.QtCore import QObject, QTimer

from napari_devolearn._types import Labels
from napari_devolearn.inference.cache import ProbabilityCache, allocate
from napari_devolearn.widgets.common.scope import Plane, grid_of, shape_of

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image, Layer
    from napari.layers import Labels as LabelsLayer

_SLOT = 0.008
"""Seconds that writing may hold the main thread at a time: half of a frame of the screen."""


def placement(image: Image | LabelsLayer) -> dict[str, Any]:
    """Arguments that put a layer of the same axes where another one is."""
    kept = ("scale", "translate", "rotate", "shear", "affine", "units", "axis_labels")
    arguments = {name: getattr(image, name) for name in kept}
    return arguments | {"metadata": {"devolearn": dict(image.metadata.get("devolearn", {}))}}


def add_probability(viewer: ViewerModel, image: Image, cache: ProbabilityCache) -> Image:
    """Show a cache as an image layer; it sees what the cache gets later, too."""
    arguments = placement(image)
    arguments["metadata"] = {"devolearn": arguments["metadata"]["devolearn"] | {"probability": True}}
    return viewer.add_image(
        cache.data.reshape(grid_of(image)),
        name=f"{image.name} probability",
        contrast_limits=(0, 255),
        colormap="magma",
        blending="additive",
        **arguments,
    )


def is_probability(layer: Layer) -> bool:
    """Whether `add_probability` made a layer."""
    return bool(layer.metadata.get("devolearn", {}).get("probability"))


def sliced_frames(layer: LabelsLayer) -> set[int]:
    """Frames of several slices that a run labelled slice by slice, if at all; none of other layers."""
    volumes = layer.metadata.get("devolearn", {}).get("volumes")
    frames, slices = shape_of(layer)[:2]
    return set(range(frames)) - volumes if volumes is not None and slices > 1 else set()


class ResultLayer(QObject):
    """A Labels layer and what is known about each of its slices.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    image : napari.layers.Image
    name : str
    volumes : set of int
        Frames labelled as volumes; it grows.

    Attributes
    ----------
    layer : napari.layers.Labels
    edited : bool
        A person has painted, filled or erased, or given the layer other data.
    final : ndarray, (T, Z), bool
        Slices whose labels are those of the present parameters, or are about to be written.
    instances : ndarray, (T, Z), bool
        Slices that hold one label an object, not a mask.
    """

    def __init__(self, viewer: ViewerModel, image: Image, name: str, volumes: set[int]) -> None:
        super().__init__()
        shape = shape_of(image)
        self._viewer = viewer
        self._array = allocate(grid_of(image), np.uint32)
        self._planes = self._array.reshape(shape)
        self._highest = 0
        self._queue: deque[tuple[Plane, Labels]] = deque()
        self._in_view = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._write_some)
        self.edited = False
        self.final: npt.NDArray[np.bool_] = np.zeros(shape[:2], bool)
        self.instances: npt.NDArray[np.bool_] = np.zeros(shape[:2], bool)
        arguments = placement(image)
        arguments["metadata"]["devolearn"]["linked"] = False  # numbers do not follow nuclei over time
        arguments["metadata"]["devolearn"]["volumes"] = volumes
        self.layer = viewer.add_labels(self._array, name=name, **arguments)
        # a stroke of the brush emits labels_update at each dab and paint at its end
        for event in (self.layer.events.labels_update, self.layer.events.paint, self.layer.events.data):
            event.connect(self._mark_edited)

    @property
    def writable(self) -> bool:
        """Still in the viewer, and as it was written."""
        return not self.edited and self.layer in self._viewer.layers

    @property
    def pending(self) -> bool:
        """Whether labels wait to be written."""
        return bool(self._queue)

    @property
    def next_label(self) -> int:
        """A label that is not in use."""
        return self._highest + 1

    def read(self, plane: Plane) -> Labels:
        """Labels of one slice, (Y, X)."""
        labels: Labels = self._planes[plane]
        return labels

    def forget(self) -> None:
        """Take no slice for final any more, since the parameters have changed."""
        self.final[:] = False
        self._queue.clear()

    def preview(self, plane: Plane, labels: Labels, *, instances: bool) -> None:
        """Write one slice now, until its final labels come, and show it."""
        self._write(plane, labels)
        self.instances[plane] = instances
        self.layer.refresh(thumbnail=False, highlight=False, extent=False)

    def write(self, planes: list[Plane], labels: Labels, view: Plane, *, instances: bool) -> None:
        """Write final labels, the current slice first, a few at a time so that the window stays alive.

        Parameters
        ----------
        planes : list of (t, z)
        labels : ndarray, (len(planes), Y, X), uint32
        view : (t, z)
        instances : bool
        """
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
