"""Count the frames of a movie in a worker thread, and decode the counts."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import NamedTuple

from napari_devolearn.inference.backends.device import available_devices
from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.inference.counting.lineage_table import FrameCounts, counts_table
from napari_devolearn.lineage.populations import Populations, populations_from_table
from napari_devolearn.widgets.common.form.run_block import counted as number_of
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
    device: str = ""  # on which it is counted
    frames: list[FrameCounts] = field(default_factory=list)  # from the first frame on, without gaps

    @property
    def complete(self) -> bool:
        """Whether every frame was counted."""
        return len(self.frames) == len(self.source)

    def summary(self) -> str:
        """Number of counted frames, and the device."""
        return f"{number_of(len(self.frames), 'frame')} counted on {self.device}."

    def can_continue(self, source: MovieSource, model: str) -> bool:
        """Whether a run of this movie by this model only needs the frames that are missing here."""
        return not self.complete and self.model == model and self.source.pixels is source.pixels


def iter_counting(
    counted: Counted, device: str, model: LineageModel | None = None
) -> Iterator[Ready | FrameCounts]:
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
