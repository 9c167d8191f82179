"""A run in the dock that was killed is offered again, and ends as an unbroken one."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from napari.layers import Image
from pytestqt.qtbot import QtBot

from bright_model import BrightModel
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.models.registry import find_model
from napari_devolearn.widgets.segment import run as run_module
from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.keeping import kept_run
from napari_devolearn.widgets.segment.run import Request, iter_run, movie_of
from napari_devolearn.widgets.segment.session import Session, Source
from widgets.dock_tools import SECONDS

SPEC = find_model("nucleus").spec
SIZE = (1.0, 0.5, 0.5)


@pytest.fixture
def folder(kept_runs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs are kept; the model has no network."""
    monkeypatch.setattr(run_module, "load_in_background", lambda *_: BrightModel(0.02, SPEC))
    return kept_runs


@pytest.fixture
def killed(folder: Path, image: Image) -> Image:
    """The image of a run over three frames whose process was killed at the second or third."""
    source = Source(image, image.data, SIZE, "nucleus")
    planes = [(t, z) for t in range(3) for z in range(6)]
    request = Request(source=source, device="cpu", params=SegmentParams(), planes=planes, as_volumes=True)
    child = multiprocessing.get_context("fork").Process(target=lambda: list(iter_run(request)))
    child.start()
    while child.is_alive() and not list(folder.glob("*/done/[0-9]*.json")):
        child.join(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert child.exitcode == -signal.SIGKILL
    return image


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the child is a fork, which starts at once")
def test_a_killed_run_is_offered_and_ends_as_an_unbroken_one(
    killed: Image, dock: SegmentDock, folder: Path, run: Callable[[str], Session], qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: not dock.resume_box.isHidden(), timeout=SECONDS)
    done = int(dock.resume_box.text.text().split()[1])
    assert dock.resume_box.text.text() == f"Resume? {done} of 3 frames are done."
    assert 1 <= done < 3
    dock.resume_box.resume.click()
    qtbot.waitUntil(lambda: not dock.runner.running, timeout=SECONDS)
    session = dock.runner.sessions[killed]
    assert session.model.forward_passes == 6 * (3 - done)
    assert dock.resume_box.isHidden()
    assert not list(folder.iterdir())
    np.testing.assert_array_equal(session.cache.data, killed.data)
    labels = session.result.layer.data.copy()
    session = run("whole movie")
    for t in range(3):
        np.testing.assert_array_equal(
            labels[t], session.label(session.unit_of((t, 0)), session.params).labels
        )


def test_another_model_or_voxel_size_is_offered_nothing(killed: Image) -> None:
    def finished(size: tuple[float, float, float], model: str) -> int:
        source, spec = Source(killed, killed.data, size, model), find_model(model).spec
        return len(kept_run(source, movie_of(source, spec), spec).finished)

    assert finished(SIZE, "nucleus")
    assert not finished((1.0, 0.5, 0.4), "nucleus")
    assert not finished(SIZE, "membrane")


def test_discard_removes_what_was_kept(killed: Image, dock: SegmentDock, folder: Path, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not dock.resume_box.isHidden(), timeout=SECONDS)
    dock.resume_box.discard.click()
    assert dock.resume_box.isHidden()
    assert not list(folder.iterdir())


def test_a_cancelled_run_is_offered_and_goes_on_being_kept(
    folder: Path, image: Image, dock: SegmentDock, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "load_in_background", lambda *_: BrightModel(0.3, SPEC))
    dock.scope_box.choice.setCurrentText("whole movie")
    dock.run_box.run.click()
    qtbot.waitUntil(lambda: bool(list(folder.glob("*/done/[0-9]*.json"))), timeout=SECONDS)
    dock.run_box.cancel.click()
    qtbot.waitUntil(lambda: not dock.resume_box.isHidden(), timeout=SECONDS)
    dock.resume_box.resume.click()
    qtbot.waitUntil(lambda: not dock.runner.running, timeout=SECONDS)
    assert dock.runner.sessions[image].cache.done.all()
    assert not list(folder.iterdir())
