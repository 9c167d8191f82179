"""Count the frames of movies, one movie at a time, and store the counts for each image layer."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from napari.layers import Image

from napari_devolearn.inference.backends.device import available_devices
from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.inference.counting.lineage_table import FrameCounts, counts_table
from napari_devolearn.lineage.populations import Populations, populations_from_table
from napari_devolearn.widgets.common.form.run_block import RunBlock, Task, counted
from napari_devolearn.widgets.common.loading import garbage_collection_disabled, load_in_background
from napari_devolearn.widgets.populations.source import MovieSource

_NEEDED = ("av", "pandas", "scipy.ndimage")
"""Modules that counting and decoding import."""


class Ready(NamedTuple):
    """The model is loaded, and counting starts."""

    model: LineageModel
    devices: tuple[str, ...]


@dataclass(kw_only=True, eq=False)
class Counted:
    """Counts of a model in a movie so far."""

    source: MovieSource
    model: str  # name or path
    frames: list[FrameCounts] = field(default_factory=list)  # from the first frame on, without gaps

    @property
    def complete(self) -> bool:
        """Whether every frame was counted."""
        return len(self.frames) == len(self.source)

    def can_continue(self, source: MovieSource, model: str) -> bool:
        """Whether a run of this movie by this model only needs the frames that are missing here."""
        return not self.complete and self.model == model and self.source.pixels is source.pixels


def iter_counting(counted: Counted, device: str, model: LineageModel | None = None) -> Iterator[object]:
    """Count the frames that were not counted yet.

    `counted` is not changed; `model` is its model on the device, if already loaded. Yields Ready, then
    FrameCounts for each frame. Raises ValueError if the model does not count lineages.
    """
    used = model or _load(counted.model, device)
    yield Ready(used, available_devices())
    first = len(counted.frames)
    with closing(used.iter_counts(counted.source.from_frame(first))) as frames:
        for frame in frames:
            yield frame._replace(frame=first + frame.frame)


def iter_decoded(counted: Counted, frames: Sequence[FrameCounts]) -> Iterator[tuple[Counted, Populations]]:
    """Decode some of the frames that were counted."""
    yield counted, populations_from_table(counts_table(frames), counted.source.image.name)


def _load(name: str, device: str) -> LineageModel:
    model: object = load_in_background(name, device)
    if not isinstance(model, LineageModel):
        raise ValueError(f"{name}: does not count lineages; choose a lineage model")
    with garbage_collection_disabled():
        for name in _NEEDED:
            importlib.import_module(name)
    return model


class PopulationsRunner(Task):
    """Count lineages in image layers; the steps are Ready, then Counted with all frames so far."""

    def __init__(self, run_block: RunBlock) -> None:
        super().__init__(run_block)
        self._models: dict[tuple[str, str], LineageModel] = {}
        self._device = ""
        self._current: Counted | None = None
        self.results: dict[Image, Counted] = {}  # of the layers in the viewer

    def count(self, source: MovieSource, model: str, device: str) -> Counted:
        """Start or continue counting a movie; the returned counts grow meanwhile."""
        before = self.results.get(source.image)
        if before is None or not before.can_continue(source, model):
            before = Counted(source=source, model=model)
            self.results[source.image] = before
        self._current, self._device = before, device
        steps = partial(iter_counting, before, device, self._models.get((model, device)))
        self.start(steps, "Loading the model…", inputs=(source.image,))
        return before

    def on_step(self, step: object) -> None:
        """Store the model, or the counts of a frame."""
        current = self._current
        if current is not None and isinstance(step, Ready):
            self._models[current.model, self._device] = step.model
            self.stepped.emit(step)
        elif current is not None:
            current.frames.append(step)  # type: ignore[arg-type]
            self.stepped.emit(current)

    def outcome(self) -> str:
        """Number of counted frames, and the device."""
        current = self._current
        if current is None:
            return ""
        model = self._models.get((current.model, self._device))
        return (
            f"{counted(len(current.frames), 'frame')} counted on {model.device if model else self._device}."
        )

    def forget(self, event: Any) -> None:
        """Drop the counts of a removed layer."""
        for image in list(self.results):
            if image == event.value:  # == instead of is: napari gives plugins proxies of its layers
                del self.results[image]
