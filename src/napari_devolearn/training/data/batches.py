"""Interface of data sets for the training loop, and batches of their items."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from napari_devolearn.exceptions import TrainingError

Pair = tuple[Tensor, Tensor]

_LOST = (ConnectionError, EOFError, FileNotFoundError, RuntimeError)
"""What torch raises, depending on what a worker process was doing when it ended."""


class Items(Protocol):
    """Images with their targets."""

    def __len__(self) -> int:
        """Number of images."""

    def __getitem__(self, index: int, /) -> Pair:
        """Image (C, Y, X) and target (K, Y, X) or (K,), both float32."""


class TrainingData(Items, Protocol):
    """Images with their targets, identical for the same seed, epoch and index.

    All randomness of item ``i`` in epoch ``e`` comes from ``default_rng((seed, e, i))``, so that a resumed
    run uses the same items as an uninterrupted one, with any number of workers.
    """

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch of the next items."""


def check_data(train: TrainingData, held_out: TrainingData) -> None:
    """Refuse data from which nothing can be learnt, before the training starts.

    Raises TrainingError if training or held-out data have no images, or all masks (first channels of the
    targets) are empty, or all are full.
    """
    useless: tuple[tuple[str, Callable[[Tensor], Tensor], str], ...] = (
        ("empty", lambda mask: mask > 0, "check that images and masks match, or hold out other images"),
        (
            "foreground everywhere",
            lambda mask: mask == 0,
            "check that images and masks are not swapped, and that the background is 0",
        ),
    )
    for name, data in (("training", train), ("held-out", held_out)):
        count = getattr(data, "own", len(data))  # without simulated ones, which come last
        if not count:
            raise TrainingError(f"{name} data: no images; prepare more data or another split")
        data.set_epoch(0)
        for what, differs, remedy in useless:
            targets = (data[index][1] for index in range(count))
            if all(target.ndim == 3 and not differs(target[0]).any() for target in targets):
                masks = f"all {count} masks are" if count > 1 else "the only mask is"
                raise TrainingError(f"{name} data: {masks} {what}, so training is not possible; {remedy}")


def split_batches(count: int, batch: int, seed: int, epoch: int) -> list[list[int]]:
    """Shuffle indices and split them into batches of similar size, at most `batch`."""
    order = np.random.default_rng((seed, epoch)).permutation(count)
    return [part.tolist() for part in np.array_split(order, -(-count // batch))]


@contextmanager
def load_batches(
    data: Items, batches: list[list[int]], workers: int, device: str
) -> Iterator[Iterator[Pair]]:
    """Load batches of items of one size, in worker processes if `workers` is above 0, which the context ends.

    `batches`: indices of each batch.
    Gives an iterator over (image, target) on the device, (N, C, Y, X) and (N, K, Y, X) or (N, K); it raises
    TrainingError if a worker process ends.
    """
    source: Any = data
    loader = torch.utils.data.DataLoader(
        source,
        batch_sampler=batches,
        num_workers=workers,
        multiprocessing_context=_start_method() if workers else None,
        pin_memory=device.startswith("cuda"),
    )
    loading: Any = _with_workers(loader) if workers else iter(loader)

    def load() -> Pair | None:
        try:
            pair: Pair | None = next(loading, None)
        except _LOST as error:
            if workers and _has_ended(loading._workers):
                raise TrainingError(
                    "a worker process ended unexpectedly, perhaps for lack of memory; use a smaller batch or "
                    "--workers 0"
                ) from error
            raise
        return pair

    def to_device(pair: Pair) -> Pair:
        image, target = pair
        return (
            image.to(device, memory_format=torch.channels_last, non_blocking=True),
            target.to(device, non_blocking=True),
        )

    try:
        yield map(to_device, iter(load, None))
    finally:
        if workers:  # the finaliser would wait for the processes at an unknown time
            loading._shutdown_workers()


def _has_ended(workers: Any) -> bool:
    for worker in workers:
        worker.join(0.5)  # its connections close shortly before it ends
    return not all(worker.is_alive() for worker in workers)


def _with_workers(loader: Any) -> Any:
    """The iterator of a DataLoader, made in a thread, where torch does not install a handler for SIGCHLD.

    It would outlast the training and replace that of Qt. A worker that died is reported within 5 s anyway.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(iter, loader).result()


def _start_method() -> str:
    """Start method of worker processes; never fork, because another thread may hold a lock forever."""
    methods = multiprocessing.get_all_start_methods()
    return "forkserver" if "forkserver" in methods else "spawn"
