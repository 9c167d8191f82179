"""Several slices at once: on a CPU each on cores of its own, on a graphics card in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from threading import Lock, Thread
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Probability
from napari_devolearn.inference.grid import target_shape
from napari_devolearn.inference.overlap import follow_up
from napari_devolearn.inference.tiles import CORE, MARGIN
from napari_devolearn.models.spec import ModelSpec

if TYPE_CHECKING:
    from napari_devolearn.inference.model import Model

_Key = TypeVar("_Key")

_MOST = 8
"""Slices at once on a CPU."""

_PER_PIXEL = 400
"""Bytes for each pixel at the model's pixel size while a slice goes through the network in float32.

0.65 GB for a tile of 1280 x 1280.
"""

_SETTING = Lock()


class Seen(NamedTuple):
    """What a network sees of one slice.

    Parameters
    ----------
    planes : ndarray, (Y, X) or (in_channels, Y, X), real
    span : float
        Of the slice's volume, from ``volume_span``; 0 for a slice alone.
    """

    planes: npt.NDArray[np.generic]
    span: float


def streams_of(threads: int, pixels: int = 0) -> int:
    """How many slices a CPU does at once.

    Cores that each do a slice wait for nobody; cores that share one do so after each layer.

    Parameters
    ----------
    threads : int
        That the network may use.
    pixels : int
        Of a slice or tile at the model's pixel size; half of the free memory is theirs.

    Returns
    -------
    int
        At least 1.
    """
    import psutil

    room = psutil.virtual_memory().available // 2 // (_PER_PIXEL * pixels) if pixels else _MOST
    return max(1, min(threads, _MOST, room))


def predict_each(
    items: Iterable[tuple[_Key, Seen | None]], model: Model, size: tuple[float, float]
) -> Iterator[tuple[_Key, Probability | None]]:
    """What a network says of slices, one after the other, while others are under way.

    Parameters
    ----------
    items : iterable of (key, Seen or None)
        All of one shape, asked for in the caller's thread, few ahead; None needs no network.
    model : Model
    size : tuple of float
        Pixel size, (Y, X), in um.

    Yields
    ------
    key
    outputs : ndarray, (len(spec.outputs), Y, X), uint8, or None
        In the order of the items.
    """
    if model.device != "cpu":
        yield from _in_batches(iter(items), model, size)
        return
    import torch

    def predict(_: _Key, seen: Seen | None) -> Probability | None:
        return None if seen is None else model.predict_planes([seen.planes], size, [seen.span])[0]

    waiting = iter(items)
    first = list(islice(waiting, 2))
    threads = torch.get_num_threads()
    streams = streams_of(threads, max((_pixels(seen, model.spec, size) for _, seen in first), default=0))
    if streams == 1 or len(first) < 2:  # a lone slice has all cores
        for key, seen in chain(first, waiting):
            yield key, predict(key, seen)
        return
    yield from follow_up(chain(first, waiting), predict, streams, lambda: _use_here(threads // streams))


def _pixels(seen: Seen | None, spec: ModelSpec, size: tuple[float, float]) -> int:
    if seen is None:
        return 0
    height, width = target_shape((seen.planes.shape[-2], seen.planes.shape[-1]), size, spec.pixel_size)
    return min(height, CORE + 2 * MARGIN) * min(width, CORE + 2 * MARGIN)


def _in_batches(
    items: Iterator[tuple[_Key, Seen | None]], model: Model, size: tuple[float, float]
) -> Iterator[tuple[_Key, Probability | None]]:
    while some := list(islice(items, model.batch)):
        missing = [seen for _, seen in some if seen is not None]
        said = iter(model.predict_planes([seen.planes for seen in missing], size, [s.span for s in missing]))
        for key, seen in some:
            yield key, None if seen is None else next(said)


def _use_here(threads: int) -> None:
    """Let torch use so many threads in this one, and as many as before in those that begin later.

    ``torch.set_num_threads`` is for the thread that calls it and for those that call torch first afterwards.
    """
    import torch

    with _SETTING:
        usual = torch.get_num_threads()
        torch.set_num_threads(threads)
        last = Thread(target=torch.set_num_threads, args=(usual,))
        last.start()
        last.join()
