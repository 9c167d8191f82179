"""Threads that read the next frame and label the last one while the network runs.

The generators in this file own nothing: the threads belong to a `thread_pool` of the caller's resources.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import TypeVar

_Key = TypeVar("_Key")
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

THREAD_NAME = "devolearn"
"""Prefix of the names of these threads."""

_PER_VOXEL = 12  # bytes per voxel for labelling a frame: labels, components and distances in 32 bits each


def thread_pool(
    resources: ExitStack, threads: int, name: str, begin: Callable[[], object] | None = None
) -> ThreadPoolExecutor:
    """Start threads that end with the resources; jobs that have not begun are then cancelled.

    No finaliser waits for the threads: if the pool is dropped, they end by themselves.
    `name`: shown in stack traces.
    `begin`: called first in each thread.
    """
    pool = ThreadPoolExecutor(threads, f"{THREAD_NAME}-{name}", begin)
    resources.callback(pool.shutdown, cancel_futures=True)
    return pool


def labelling_threads(voxels: int, device: str = "cpu") -> int:
    """Number of frames (of `voxels` voxels) to label at once, limited by cores and memory; at least 1.

    A network on the CPU needs half of the cores.
    """
    import psutil

    cores = (os.cpu_count() or 1) // (2 if device == "cpu" else 1)
    room = int(psutil.virtual_memory().available) // 2 // (_PER_VOXEL * voxels)
    return max(1, min(cores, room))


def read_ahead(
    keys: Iterable[_Key], read: Callable[[_Key], _Item], pool: ThreadPoolExecutor
) -> Generator[tuple[_Key, _Item], None, None]:
    """Read the next item while the caller works on this one.

    `read`: called in the pool, which has one thread, in the order of the keys, at most one item ahead.
    """
    ahead: deque[tuple[_Key, Future[_Item]]] = deque()
    for key in keys:
        ahead.append((key, pool.submit(read, key)))
        if len(ahead) > 1:
            yield _oldest(ahead)
    while ahead:
        yield _oldest(ahead)


def follow_up(
    items: Iterable[tuple[_Key, _Item]],
    work: Callable[[_Key, _Item], _Result],
    pool: ThreadPoolExecutor,
    threads: int = 1,
) -> Generator[tuple[_Key, _Result], None, None]:
    """Process each item in threads while the caller's thread makes the next item.

    `items`: iterated in the caller's thread; the caller closes it.
    `threads`: size of the pool: at most so many items are in work, and one waits.
    Yields each key with the result of `work`, in the order of the items. If an item cannot be made, the
    results before it come first.
    """
    under_way: deque[tuple[_Key, Future[_Result]]] = deque()
    try:
        for key, item in items:
            under_way.append((key, pool.submit(work, key, item)))
            del item  # else two frames would be in memory while the next one is made
            while under_way and (under_way[0][1].done() or len(under_way) > threads):
                yield _oldest(under_way)
    except Exception:
        while under_way:
            yield _oldest(under_way)
        raise
    while under_way:
        yield _oldest(under_way)


def _oldest(queue: deque[tuple[_Key, Future[_Result]]]) -> tuple[_Key, _Result]:
    key, future = queue.popleft()
    return key, future.result()
