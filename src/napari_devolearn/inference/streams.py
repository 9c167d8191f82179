"""Predict several slices at once: in threads on a CPU, in batches on a GPU."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import chain, islice
from threading import Lock, Thread
from typing import NamedTuple, TypeVar

from napari_devolearn._types import Array, Probability
from napari_devolearn.inference.backends.device import streams_of, whole_pixels
from napari_devolearn.inference.inputs.grid import target_shape
from napari_devolearn.inference.inputs.tiles import CORE, MARGIN
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.inference.threads import follow_up, thread_pool

_Key = TypeVar("_Key")

_SETTING_THREADS = Lock()


class NetworkInput(NamedTuple):
    """A slice, (Y, X), or with its neighbours, (in_channels, Y, X), and the span of its volume.

    The span is that of ``volume_span``; 0 for a single slice.
    """

    planes: Array
    span: float


class PlanePredictor:
    """Predicts slices of one pixel size, (Y, X) in um, several at once; its resources end the threads."""

    def __init__(self, model: Predictor, size: tuple[float, float], resources: ExitStack) -> None:
        self.model, self._size, self._resources = model, size, resources
        self._pool: tuple[ThreadPoolExecutor, int] | None = None

    def predict_each(
        self, items: Iterable[tuple[_Key, NetworkInput | None]]
    ) -> Generator[tuple[_Key, Probability | None], None, None]:
        """Predict slices in order, several at a time.

        `items`: all of one shape, iterated in the caller's thread, a few ahead. None is passed on without a
        prediction. The caller closes it.
        Yields each key with its outputs, (len(spec.outputs), Y, X) uint8, in the order of the items.
        """
        waiting = iter(items)
        if self.model.device != "cpu":
            yield from self._predict_batches(waiting)
            return
        first: list[tuple[_Key, NetworkInput | None]] = []
        while len(first) < 2 and (item := next(waiting, None)) is not None:
            if item[1] is None and not first:
                yield item[0], None
            else:
                first.append(item)
        pool, threads = self._threads(first[0][1]) if len(first) == 2 else (None, 1)
        if pool is None:  # a single slice uses all cores
            for key, given in chain(first, waiting):
                yield key, self._predict(key, given)
        else:
            yield from follow_up(chain(first, waiting), self._predict, pool, threads)

    def _predict(self, _: object, given: NetworkInput | None) -> Probability | None:
        if given is None:
            return None
        return self.model.predict_planes([given.planes], self._size, [given.span])[0]

    def _threads(self, given: NetworkInput | None) -> tuple[ThreadPoolExecutor | None, int]:
        """A pool and its number of threads; no pool if memory suffices for one slice only."""
        import torch

        if self._pool is None and given is not None:
            usual = torch.get_num_threads()
            shape = (given.planes.shape[-2], given.planes.shape[-1])
            height, width = target_shape(shape, self._size, self.model.spec.pixel_size)
            if height * width > whole_pixels():  # a large slice is predicted in tiles
                height, width = min(height, CORE + 2 * MARGIN), min(width, CORE + 2 * MARGIN)
            streams = streams_of(usual, height * width)
            if streams > 1:
                begin = partial(_use_threads, usual // streams)
                self._pool = thread_pool(self._resources, streams, "predict", begin), streams
        return self._pool or (None, 1)

    def _predict_batches(
        self, items: Iterator[tuple[_Key, NetworkInput | None]]
    ) -> Generator[tuple[_Key, Probability | None], None, None]:
        while batch := list(islice(items, self.model.batch)):
            inputs = [given for _, given in batch if given is not None]
            planes, spans = [given.planes for given in inputs], [given.span for given in inputs]
            outputs = iter(self.model.predict_planes(planes, self._size, spans) if inputs else [])
            for key, given in batch:
                yield key, None if given is None else next(outputs)


def _use_threads(threads: int) -> None:
    """Set the number of torch's threads in this thread, but not in threads that begin later.

    ``torch.set_num_threads`` also applies to every thread that calls torch for the first time afterwards.
    """
    import torch

    with _SETTING_THREADS:
        usual = torch.get_num_threads()
        torch.set_num_threads(threads)
        last = Thread(target=torch.set_num_threads, args=(usual,))
        last.start()
        last.join()
