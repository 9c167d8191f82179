from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.form.task import Task
from widgets.dock_tools import threads_over

SECONDS = 60_000


@pytest.fixture
def task(qtbot: QtBot) -> Task:
    box = RunBlock(tooltip="", cancel="")
    qtbot.addWidget(box.native)
    return Task(box)


def heard(task: Task) -> list[object]:
    """Steps and ends in order; the list grows."""
    news: list[object] = []
    task.stepped.connect(news.append)
    task.ended.connect(lambda how: news.append(f"ended {how!r}"))
    return news


def test_steps_and_end_are_emitted(task: Task, qtbot: QtBot) -> None:
    news = heard(task)
    task.start(lambda: iter([1, 2]), "Counting…", 2)
    assert task.running
    qtbot.waitUntil(lambda: not task.running, timeout=SECONDS)
    assert news == [1, 2, "ended ''"]


def test_cancel_emits_its_reason_once(task: Task, qtbot: QtBot) -> None:
    news = heard(task)
    task.cancel("nothing to leave")
    task.start(lambda: iter([1, 2]), "Counting…")
    task.cancel("Cancelled.")
    qtbot.waitUntil(threads_over)
    assert news == ["ended 'Cancelled.'"]
    task.start(lambda: iter([1, 2]), "Counting…")
    task.stop()
    qtbot.waitUntil(threads_over)
    assert len(news) == 1


def failing() -> Iterator[int]:
    yield 1
    raise ValueError("no such frame; choose another")


def test_an_error_is_a_notification_and_not_an_end(
    task: Task, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Exception] = []
    show: Callable[[Exception], None] = shown.append
    monkeypatch.setattr("napari_devolearn.widgets.common.form.task.show_failure", show)
    news = heard(task)
    task.start(failing, "Counting…")
    qtbot.waitUntil(lambda: not task.running and threads_over(), timeout=SECONDS)
    assert news == [1]
    assert str(shown[0]) == "no such frame; choose another"
