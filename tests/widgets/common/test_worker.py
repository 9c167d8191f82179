from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from helpers.docks.common import threads_over
from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.widgets.common.worker import Job


def test_steps_are_emitted_in_order_on_the_main_thread(qtbot: QtBot) -> None:
    seen: list[tuple[object, bool]] = []
    job = Job()
    job.stepped.connect(
        lambda step: seen.append((step, threading.current_thread() is threading.main_thread()))
    )
    with qtbot.waitSignal(job.ended):
        job.start(lambda: iter(range(3)))
    assert seen == [(0, True), (1, True), (2, True)]
    assert not job.running


@pytest.mark.parametrize(
    ("error", "expected"), [(ValueError("boom"), ValueError), (RuntimeError("boom"), DevolearnError)]
)
def test_no_error_is_lost(qtbot: QtBot, error: Exception, expected: type[Exception]) -> None:
    """Napari's thread worker ignores a RuntimeError, which torch raises."""

    def steps() -> Iterator[object]:
        yield 1
        raise error

    job, ended = Job(), []
    job.ended.connect(lambda: ended.append(True))
    with qtbot.waitSignal(job.failed) as signal:
        job.start(steps)
    assert isinstance(signal.args[0], expected)
    assert "boom" in str(signal.args[0])
    assert not job.running
    assert not ended


def test_stopping_ends_the_work_at_once_and_drops_later_steps(qtbot: QtBot) -> None:
    go, begun, over = threading.Event(), threading.Event(), threading.Event()
    seen: list[object] = []

    def steps() -> Iterator[object]:
        try:
            begun.set()
            go.wait(10)
            yield 1
            yield 2
        finally:
            over.set()

    job = Job()
    job.stepped.connect(seen.append)
    job.start(steps)
    assert begun.wait(10)
    job.stop()
    assert not job.running
    with qtbot.waitSignal(job.ended):  # of the next work, which starts during the last step of the first
        job.start(lambda: iter([3]))
    go.set()
    assert over.wait(10)
    qtbot.waitUntil(threads_over)
    assert seen == [3]
