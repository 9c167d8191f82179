"""Counting the frames of a movie, one by one, in a worker thread."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from napari_devolearn.inference.backends.device import available_devices
from napari_devolearn.widgets.common.loading import garbage_left, load_in_background
from napari_devolearn.widgets.populations.source import MovieSource

if TYPE_CHECKING:
    from napari_devolearn.inference.counting.frame_counts import FrameCounts
    from napari_devolearn.inference.counting.lineage import LineageModel


_NEEDED = ("av", "pandas", "scipy.ndimage", "napari_devolearn.inference.counting.lineage_table")
"""Modules that counting and decoding import."""


class Ready(NamedTuple):
    """The model is loaded and counts from now on."""

    model: LineageModel
    devices: tuple[str, ...]


@dataclass(kw_only=True, eq=False)
class Counted:
    """What a model has counted in a movie so far.

    Parameters
    ----------
    source : MovieSource
    model : str
        Name or path.
    frames : list of FrameCounts
        From the first one on, without gaps.
    """

    source: MovieSource
    model: str
    frames: list[FrameCounts] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every frame was counted."""
        return len(self.frames) == len(self.source)

    def goes_on_with(self, source: MovieSource, model: str) -> bool:
        """Whether a run of this movie by this model needs only what is missing here."""
        return not self.complete and self.model == model and self.source.same_as(source)


def iter_counting(counted: Counted, device: str, model: LineageModel | None = None) -> Iterator[object]:
    """Count the frames that were not counted yet.

    Parameters
    ----------
    counted : Counted
        Is read only.
    device : str
    model : LineageModel, optional
        Its model on the device, if it is loaded already.

    Yields
    ------
    Ready, then FrameCounts for each frame

    Raises
    ------
    ValueError
        If the model does not count lineages.
    """
    used = model or _load(counted.model, device)
    yield Ready(used, available_devices())
    first = len(counted.frames)
    with closing(used.iter_counts(counted.source.from_frame(first))) as frames:
        for frame in frames:
            yield frame._replace(frame=first + frame.frame)


def _load(name: str, device: str) -> LineageModel:
    from napari_devolearn.inference.counting.lineage import LineageModel

    model: object = load_in_background(name, device)
    if not isinstance(model, LineageModel):
        raise ValueError(f"{name}: does not count lineages; choose a lineage model")
    with garbage_left():
        for name in _NEEDED:
            importlib.import_module(name)
    return model
