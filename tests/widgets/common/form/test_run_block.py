from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from napari_devolearn.widgets.common.form.run_block import RunBlock, clock, counted


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (9.6, "0:10"), (540, "9:00"), (7200, "2:00:00")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 nuclei"), (1, "1 nucleus"), (2, "2 nuclei")])
def test_counts_in_singular_and_plural(number: int, text: str) -> None:
    assert counted(number, "nucleus", "nuclei") == text
    assert counted(number, "frame") == f"{number} frame{'' if number == 1 else 's'}"


@pytest.fixture
def block(qtbot: QtBot) -> RunBlock:
    block = RunBlock(tooltip="Run.", cancel="Stop.")
    qtbot.addWidget(block.native)
    block.native.show()
    return block


def enabled(block: RunBlock) -> tuple[bool, bool]:
    return block.run.enabled, block.cancel.enabled


def test_buttons_are_enabled_only_if_possible(block: RunBlock) -> None:
    assert enabled(block) == (True, False)
    block.begin("loading")
    assert enabled(block) == (False, True)
    block.expect(2, "running")
    block.step()
    block.step()
    bar = block.bar.native
    assert (bar.value(), bar.maximum(), bar.isVisible()) == (2, 2, True)
    assert "0:00 left" in bar.format()
    block.show_status("not now")
    assert block.text == "running"
    block.end("over")
    assert not bar.isVisible()
    block.show_status("something")
    block.show_status("")
    assert (enabled(block), block.text) == ((True, False), "over")


def test_the_outcome_is_cleared_when_the_inputs_change(block: RunBlock) -> None:
    block.end("12 nuclei")
    block.clear()
    assert block.text == ""


def test_missing_inputs_are_reported_and_run_is_disabled(block: RunBlock) -> None:
    block.show_missing("No image: open one.")
    assert (enabled(block), block.text) == ((False, False), "No image: open one.")
    block.end("Stopped, since its image was removed.")
    assert block.text == "Stopped, since its image was removed."
    block.clear()
    block.show_missing("")
    assert (enabled(block), block.text) == ((True, False), "")


def test_an_error_is_shown_completely(block: RunBlock) -> None:
    text = "a long reason " * 30
    block.native.resize(200, 400)
    block.fail(ValueError(text))
    status = block.status.native
    assert block.text == f"{text.strip()}\nNothing was changed."
    assert status.hasHeightForWidth()
    assert block.native.minimumSizeHint().width() < 300


def test_an_error_before_the_first_step_keeps_nothing(qtbot: QtBot) -> None:
    block = RunBlock(tooltip="Run", cancel="Stop", keeps="Completed frames are kept.")
    qtbot.addWidget(block.native)
    block.begin("Segmenting…")
    block.fail(ValueError("no memory"))
    assert block.text == "no memory\nNothing was changed."
    block.begin("Segmenting…")
    block.expect(2, "Segmenting…")
    block.step()
    block.fail(ValueError("no memory"))
    assert block.text == "no memory\nCompleted frames are kept."
