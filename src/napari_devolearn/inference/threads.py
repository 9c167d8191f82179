"""Work that overlaps: the next frame is read and the last one labelled while the network is busy.

The generators of this file own nothing. The threads are those of `thread_pool`, which belong to the
resources of whoever began the work.
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
"""How the name of each of these threads begins."""

_PER_VOXEL = 12
"""Bytes that labelling a frame takes for each of its voxels: labels, parts and depths as 32 bit."""


def thread_pool(
    resources: ExitStack, threads: int, name: str, begin: Callable[[], object] | None = None
) -> ThreadPoolExecutor:
    """Threads that end with the resources; what still waits for one then is cancelled.

    Parameters
    ----------
    resources : ExitStack
    threads : int
    name : str
        What they do, for stack traces.
    begin : callable, optional
        Called in each thread first.

    Returns
    -------
    ThreadPoolExecutor
        Without a finaliser that waits: threads of a pool that is dropped end by themselves.
    """
    pool = ThreadPoolExecutor(threads, f"{THREAD_NAME}-{name}", begin)
    resources.callback(pool.shutdown, cancel_futures=True)
    return pool


def labelling_threads(voxels: int, device: str = "cpu") -> int:
    """How many frames are labelled at once: as many as there are cores for, and memory.

    Parameters
    ----------
    voxels : int
        Of a frame.
    device : str
        Where the network runs; on a CPU it keeps half of the cores busy.

    Returns
    -------
    int
        At least 1.
    """
    import psutil

    cores = (os.cpu_count() or 1) // (2 if device == "cpu" else 1)
    room = int(psutil.virtual_memory().available) // 2 // (_PER_VOXEL * voxels)
    return max(1, min(cores, room))


def read_ahead(
    keys: Iterable[_Key], read: Callable[[_Key], _Item], pool: ThreadPoolExecutor
) -> Generator[tuple[_Key, _Item], None, None]:
    """Read the next item while the caller is busy with this one.

    Parameters
    ----------
    keys : iterable
    read : callable
        Called in the pool, in the order of the keys, at most one item ahead.
    pool : ThreadPoolExecutor
        Of one thread.

    Yields
    ------
    (key, item)
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
    """Do something with each item in threads, while the next item is being made.

    Parameters
    ----------
    items : iterable of (key, item)
        Made in the caller's thread; the caller closes it.
    work : callable
        Takes a key and its item.
    pool : ThreadPoolExecutor
    threads : int
        Of the pool: at most so many items are under way, and one waits.

    Yields
    ------
    (key, result of the work)
        In the order of the items. If making an item fails, those before it come first.
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
