from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from napari_devolearn.exceptions import ServerError
from napari_devolearn.web.server.work import WorkQueue


class Steps:
    """Does so many steps, each when the gate lets it."""

    def __init__(self, name: str, steps: int, log: list[str], gate: threading.Semaphore) -> None:
        self.name, self.left, self.log, self.gate = name, steps, log, gate
        self.ended = threading.Event()

    def step(self) -> bool:
        self.gate.acquire(timeout=10)
        self.log.append(self.name)
        self.left -= 1
        if self.left == 0:
            self.ended.set()
        return self.left > 0

    def fail(self, error: Exception) -> None:
        self.log.append(str(error))
        self.ended.set()


class Broken(Steps):
    """Fails in its first step."""

    def step(self) -> bool:
        raise RuntimeError(f"{self.name} is broken")


@pytest.fixture
def queue() -> Iterator[WorkQueue]:
    made = WorkQueue(longest=3)
    yield made
    made.close()


def test_a_long_task_does_not_block_others(queue) -> None:
    log: list[str] = []
    gate = threading.Semaphore(0)
    long, short = Steps("long", 4, log, gate), Steps("short", 2, log, gate)
    queue.submit(long)
    queue.submit(short)
    gate.release(6)
    assert long.ended.wait(10)
    assert log == ["long", "short", "long", "short", "long", "long"]


def test_a_failing_task_is_reported_and_the_others_continue(queue) -> None:
    log: list[str] = []
    gate = threading.Semaphore(9)
    other = Steps("other", 2, log, gate)
    queue.submit(Broken("first", 1, log, gate))
    queue.submit(other)
    assert other.ended.wait(10)
    assert log == ["first is broken", "other", "other"]


def test_a_cancelled_task_gets_no_more_steps(queue) -> None:
    log: list[str] = []
    gate = threading.Semaphore(0)
    gone, other = Steps("gone", 9, log, gate), Steps("other", 2, log, gate)
    queue.submit(gone)
    queue.submit(other)
    while queue._current is not gone:
        time.sleep(0.001)
    queue.cancel(gone)
    gate.release(9)
    assert other.ended.wait(10)
    assert log.count("gone") == 1


def test_a_full_queue_refuses_tasks_and_has_each_task_once(queue) -> None:
    log: list[str] = []
    gate = threading.Semaphore(0)
    tasks = [Steps(str(n), 1, log, gate) for n in range(5)]
    queue.submit(tasks[0])
    while queue._current is not tasks[0]:
        time.sleep(0.001)
    for task in tasks[1:4]:
        queue.submit(task)
        queue.submit(task)
    with pytest.raises(ServerError, match="3 visitors"):
        queue.submit(tasks[4])
    gate.release(9)
    assert tasks[3].ended.wait(10)


def test_a_running_task_can_be_submitted_again(queue) -> None:
    log: list[str] = []
    gate = threading.Semaphore(0)
    task = Steps("task", 1, log, gate)
    queue.submit(task)
    while queue._current is not task:
        time.sleep(0.001)
    task.left = 2
    queue.submit(task)  # a threshold was moved while a frame was labelled
    gate.release(2)
    assert task.ended.wait(10)
    assert log == ["task", "task"]
