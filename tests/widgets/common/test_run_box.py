"""How far a run is."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from napari_devolearn.widgets.common.run_block import time_left
from napari_devolearn.widgets.common.run_box import RunBox


@pytest.mark.parametrize(
    ("elapsed", "done", "total", "text"),
    [
        (10, 1, 2, "0:10 left"),
        (60, 10, 100, "9:00 left"),
        (3600, 1, 3, "2:00:00 left"),
        (5, 4, 4, "0:00 left"),
    ],
)
def test_time_left(elapsed: float, done: int, total: int, text: str) -> None:
    assert time_left(elapsed, done, total) == text


def test_the_buttons_say_what_can_be_done(qtbot: QtBot) -> None:
    box = RunBox()
    assert (box.run.isEnabled(), box.cancel.isEnabled()) == (True, False)
    box.begin("loading")
    assert (box.run.isEnabled(), box.cancel.isEnabled()) == (False, True)
    box.expect(2, "running")
    box.step()
    box.step()
    assert (box.bar.value(), box.bar.maximum()) == (2, 2)
    assert "0:00 left" in box.bar.format()
    box.say("not now")
    assert box.status.text() == "running"
    box.end("over")
    box.say("something")
    box.say("")
    assert (box.run.isEnabled(), box.status.text()) == (True, "over")
