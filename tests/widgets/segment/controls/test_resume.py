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

from helpers.bright_model import BrightModel
from helpers.docks.common import SECONDS
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.models.registry import find_model
from napari_devolearn.widgets.segment import run as run_module
from napari_devolearn.widgets.segment.controls.resume import _iter_unfinished
from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.frame_store import stored_run
from napari_devolearn.widgets.segment.run import Request, iter_run
from napari_devolearn.widgets.segment.session import Session, Source

SPEC = find_model("nucleus").spec
SIZE = (1.0, 0.5, 0.5)


@pytest.fixture
def folder(kept_runs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the stored runs; the model has no network."""
    monkeypatch.setattr(run_module, "load_in_background", lambda *_: BrightModel(0.02, SPEC))
    monkeypatch.setattr(run_module, "prepare_layers", lambda *_: None)  # numba ends a fork that uses it
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
def test_a_killed_run_is_offered_and_gives_the_same_result(
    killed: Image, dock: SegmentDock, folder: Path, run: Callable[[str], Session], qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: not dock.resume.native.isHidden(), timeout=SECONDS)
    done = int(dock.resume.text.value.split()[1])
    assert dock.resume.text.value == f"Resume? {done} of 3 frames {'is' if done == 1 else 'are'} completed."
    assert 1 <= done < 3
    dock.resume.resume.native.click()
    qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
    session = dock.sessions.of_image(killed)[-1]
    assert session.model.forward_passes == 6 * (3 - done)
    assert dock.resume.native.isHidden()
    assert not list(folder.iterdir())
    np.testing.assert_array_equal(session.cache.data, killed.data)
    labels = session.result.layer.data.copy()
    session = run("whole movie")
    for t in range(3):
        np.testing.assert_array_equal(
            labels[t], session.label(session.labelled_with((t, 0)), session.params).labels
        )


def test_no_run_is_offered_for_another_model_or_voxel_size(killed: Image) -> None:
    def finished(size: tuple[float, float, float], model: str) -> int:
        source, spec = Source(killed, killed.data, size, model), find_model(model).spec
        return len(stored_run(source, source.movie(spec), spec).finished)

    assert finished(SIZE, "nucleus")
    assert not finished((1.0, 0.5, 0.4), "nucleus")
    assert not finished(SIZE, "membrane")


def test_discard_deletes_the_stored_run(killed: Image, dock: SegmentDock, folder: Path, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not dock.resume.native.isHidden(), timeout=SECONDS)
    dock.resume.discard.native.click()
    assert dock.resume.native.isHidden()
    assert not list(folder.iterdir())


def test_a_cancelled_run_is_offered_and_stays_stored(
    folder: Path, image: Image, dock: SegmentDock, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "load_in_background", lambda *_: BrightModel(0.3, SPEC))
    dock.choice.scope.choice.value = "whole movie"
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: bool(list(folder.glob("*/done/[0-9]*.json"))), timeout=SECONDS)
    dock.run_block.cancel.native.click()
    qtbot.waitUntil(lambda: not dock.resume.native.isHidden(), timeout=SECONDS)
    dock.resume.resume.native.click()
    qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
    assert dock.sessions.of_image(image)[-1].cache.done.all()
    assert not list(folder.iterdir())


def test_a_running_run_is_not_offered(killed: Image, folder: Path) -> None:
    source = Source(killed, killed.data, SIZE, "nucleus")
    run = stored_run(source, source.movie(SPEC), SPEC)
    looking = _iter_unfinished(source)
    with run.recording("float32 on cpu", range(3)):
        assert next(looking) is None
        run.store(0, [killed.data[0]])
    assert next(looking).finished


def test_a_typed_voxel_size_starts_the_search(killed: Image, dock: SegmentDock, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not dock.resume.native.isHidden(), timeout=SECONDS)
    dock.choice.voxel_size.edges[2].value = 0.25
    assert dock.resume.native.isHidden()
    dock.choice.voxel_size.edges[2].value = 0.5
    qtbot.waitUntil(lambda: not dock.resume.native.isHidden(), timeout=SECONDS)
