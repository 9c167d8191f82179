from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace

import psutil
import pytest

from napari_devolearn.inference.threads import follow_up, labelling_threads, read_ahead, thread_pool


@pytest.fixture
def resources() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_one_item_is_read_ahead_in_order(resources: ExitStack) -> None:
    read: list[int] = []

    def note(key: int) -> int:
        read.append(key)
        return key * 10

    steps = read_ahead(range(5), note, thread_pool(resources, 1, "read"))
    assert next(steps) == (0, 0)
    time.sleep(0.02)
    assert read == [0, 1]
    assert list(steps) == [(1, 10), (2, 20), (3, 30), (4, 40)]


def test_processing_overlaps_with_production_and_keeps_the_order(resources: ExitStack) -> None:
    second_made = threading.Event()

    def made() -> Iterator[tuple[int, str]]:
        yield 0, "a"
        yield 1, "b"
        second_made.set()
        yield 2, "c"

    def work(key: int, item: str) -> str:
        assert second_made.wait(5)  # the first one's work ends only while later ones are made
        return item * (key + 1)

    assert list(follow_up(made(), work, thread_pool(resources, 2, "work"), 2)) == [
        (0, "a"),
        (1, "bb"),
        (2, "ccc"),
    ]


def test_a_slow_worker_limits_items_in_memory(resources: ExitStack) -> None:
    made: list[int] = []

    def items() -> Iterator[tuple[int, int]]:
        for i in range(6):
            made.append(i)
            yield i, i

    for key, _ in follow_up(items(), lambda *_: time.sleep(0.01), thread_pool(resources, 1, "work")):
        assert len(made) <= key + 2


def test_errors_are_raised_after_earlier_results(resources: ExitStack) -> None:
    def items() -> Iterator[tuple[int, int]]:
        yield 0, 0
        raise OSError("the disk is gone")

    pool = thread_pool(resources, 1, "work")
    steps = follow_up(items(), lambda _, item: item + 1, pool)
    assert next(steps) == (0, 1)
    with pytest.raises(OSError, match="gone"):
        next(steps)
    with pytest.raises(ZeroDivisionError):
        list(follow_up([(0, 0)], lambda _, item: 1 // item, pool))
    with pytest.raises(ZeroDivisionError):
        list(read_ahead([0], lambda key: 1 // key, pool))


def test_labelling_threads_are_limited_by_cores_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=24_000))
    assert [labelling_threads(50, device) for device in ("cpu", "cuda:0")] == [8, 16]
    assert labelling_threads(500) == 2
    assert labelling_threads(10**9) == 1
