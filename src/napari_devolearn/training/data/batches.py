"""Interface of data sets for the training loop, and batches of their items."""

from __future__ import annotations

import multiprocessing
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from napari_devolearn._owning import OwningIterator
from napari_devolearn.exceptions import TrainingError

Pair = tuple[Tensor, Tensor]


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
    for name, data in (("training", train), ("held-out", held_out)):
        if not len(data):
            raise TrainingError(f"{name} data: no images; prepare more data or another split")
        data.set_epoch(0)
        if all(_is_empty_mask(data[index][1]) for index in range(len(data))):
            raise TrainingError(
                f"{name} data: all {len(data)} masks are empty, so training is not possible; check that "
                "images and masks match, or hold out other images"
            )
        if all(_is_full_mask(data[index][1]) for index in range(len(data))):
            raise TrainingError(
                f"{name} data: all {len(data)} masks are foreground everywhere, so training is not possible; "
                "check that images and masks are not swapped, and that the background is 0"
            )


def _is_empty_mask(target: Tensor) -> bool:
    return target.ndim == 3 and not bool((target[0] > 0).any())


def _is_full_mask(target: Tensor) -> bool:
    return target.ndim == 3 and not bool((target[0] == 0).any())


def batches_of(count: int, batch: int, seed: int, epoch: int) -> list[list[int]]:
    """Shuffle indices and split them into batches of similar size, at most `batch`."""
    order = np.random.default_rng((seed, epoch)).permutation(count)
    return [part.tolist() for part in np.array_split(order, -(-count // batch))]


def iter_batches(data: Items, batches: list[list[int]], workers: int, device: str) -> OwningIterator[Pair]:
    """Load batches of items, in worker processes if `workers` is above 0.

    `batches`: indices of each batch.
    Yields (image, target) on the device, (N, C, Y, X) and (N, K, Y, X) or (N, K); closing ends the processes.
    Raises TrainingError if items of a batch differ in shape.
    """
    return OwningIterator(lambda resources: _iter_batches(data, batches, workers, device, resources))


def _iter_batches(
    data: Items, batches: list[list[int]], workers: int, device: str, resources: ExitStack
) -> Generator[Pair, None, None]:
    source: Any = data
    loader = torch.utils.data.DataLoader(
        source,
        batch_sampler=batches,
        num_workers=workers,
        multiprocessing_context=_start_method() if workers else None,
        collate_fn=_stack,
        pin_memory=device.startswith("cuda"),
    )
    loading = _with_workers(loader) if workers else iter(loader)
    # otherwise its finaliser would wait for the processes at an unknown time
    resources.callback(getattr(loading, "_shutdown_workers", lambda: None))
    for image, target in loading:
        yield (
            image.to(device, memory_format=torch.channels_last, non_blocking=True),
            target.to(device, non_blocking=True),
        )


def _with_workers(loader: Any) -> Any:
    """The iterator of a DataLoader, made in a thread, where torch does not install a handler for SIGCHLD.

    The handler would outlast the training and replace that of other libraries, such as Qt. Without it, the
    iterator reports a worker that died within 5 s.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(iter, loader).result()


def _start_method() -> str:
    """Start method of worker processes; never fork, because another thread may hold a lock forever."""
    methods = multiprocessing.get_all_start_methods()
    return "forkserver" if "forkserver" in methods else "spawn"


def _stack(pairs: list[Pair]) -> Pair:
    images, targets = zip(*pairs, strict=True)
    for kind, tensors in (("images", images), ("targets", targets)):
        shapes = {tuple(tensor.shape) for tensor in tensors}
        if len(shapes) > 1:
            raise TrainingError(
                f"{kind} of a batch have different shapes {sorted(shapes)}; crop them to one size"
            )
    return torch.stack(images), torch.stack(targets)
