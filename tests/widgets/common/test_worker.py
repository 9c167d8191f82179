"""A job in a thread: steps, errors of any kind, and leaving it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.widgets.common.worker import Job


def test_steps_come_in_order_on_the_main_thread(qtbot: QtBot) -> None:
    seen: list[tuple[object, bool]] = []
    job = Job(lambda: iter(range(3)))
    job.stepped.connect(
        lambda step: seen.append((step, threading.current_thread() is threading.main_thread()))
    )
    with qtbot.waitSignal(job.ended):
        job.start()
    assert seen == [(0, True), (1, True), (2, True)]
    assert not job.running


@pytest.mark.parametrize(
    ("error", "expected"), [(ValueError("boom"), ValueError), (RuntimeError("boom"), DevolearnError)]
)
def test_no_error_is_lost(qtbot: QtBot, error: Exception, expected: type[Exception]) -> None:
    """A thread worker keeps silent about a RuntimeError, which is what torch raises."""

    def steps() -> Iterator[object]:
        yield 1
        raise error

    job = Job(steps)
    with qtbot.waitSignals([job.failed, job.ended]) as signals:
        job.start()
    failed = signals.all_signals_and_args[0].args[0]
    assert isinstance(failed, expected)
    assert "boom" in str(failed)


def test_leaving_it_ends_it_at_once_and_drops_what_follows(qtbot: QtBot) -> None:
    go, over = threading.Event(), threading.Event()
    seen: list[object] = []

    def steps() -> Iterator[object]:
        try:
            go.wait(10)
            yield 1
            yield 2
        finally:
            over.set()

    job = Job(steps)
    job.stepped.connect(seen.append)
    job.start()
    qtbot.wait(50)
    with qtbot.waitSignal(job.ended, timeout=100):
        job.stop()
    go.set()
    assert over.wait(10)
    qtbot.wait(50)
    assert seen == []
