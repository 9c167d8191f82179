"""Work that overlaps: the next frame is read and the last one labelled while the network is busy."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_Key = TypeVar("_Key")
_Made = TypeVar("_Made")
_Done = TypeVar("_Done")

_PER_VOXEL = 12
"""Bytes that labelling a frame takes for each of its voxels: labels, parts and depths as 32 bit."""


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


def read_ahead(keys: Iterable[_Key], read: Callable[[_Key], _Made]) -> Iterator[tuple[_Key, _Made]]:
    """Read the next item while the caller is busy with this one.

    Parameters
    ----------
    keys : iterable
    read : callable
        Called in one thread, in the order of the keys, at most one item ahead.

    Yields
    ------
    (key, item)
    """
    with ThreadPoolExecutor(1, "read-ahead") as pool:
        ahead: deque[tuple[_Key, Future[_Made]]] = deque()
        for key in keys:
            ahead.append((key, pool.submit(read, key)))
            if len(ahead) > 1:
                yield _oldest(ahead)
        while ahead:
            yield _oldest(ahead)


def follow_up(
    items: Iterable[tuple[_Key, _Made]],
    work: Callable[[_Key, _Made], _Done],
    threads: int = 1,
    begin: Callable[[], object] | None = None,
) -> Iterator[tuple[_Key, _Done]]:
    """Do something with each item in threads, while the next item is being made.

    Parameters
    ----------
    items : iterable of (key, item)
        Made in the caller's thread.
    work : callable
        Takes a key and its item.
    threads : int
        At most so many items are under way, and one waits.
    begin : callable, optional
        Called in each thread first.

    Yields
    ------
    (key, what the work gave)
        In the order of the items. If making an item fails, those before it come first.
    """
    with ThreadPoolExecutor(threads, "follow-up", begin) as pool:
        under_way: deque[tuple[_Key, Future[_Done]]] = deque()
        try:
            for key, item in items:
                under_way.append((key, pool.submit(work, key, item)))
                del item  # else this frame would keep the next one company in memory
                while under_way and (under_way[0][1].done() or len(under_way) > threads):
                    yield _oldest(under_way)
        except Exception:
            while under_way:
                yield _oldest(under_way)
            raise
        while under_way:
            yield _oldest(under_way)


def _oldest(queue: deque[tuple[_Key, Future[_Done]]]) -> tuple[_Key, _Done]:
    key, future = queue.popleft()
    return key, future.result()
