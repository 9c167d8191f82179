from __future__ import annotations

from collections.abc import Callable

import pytest

from helpers.bright_model import BrightModel
from napari_devolearn.models.registry import find_model
from napari_devolearn.widgets.segment import run as run_module
from napari_devolearn.widgets.segment.session import Session

SPEC = find_model("nucleus").spec


def test_slices_of_another_backend_are_computed_again(
    run: Callable[[str], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """First a slice with the backend that loads quickly, then the movie with the fastest one."""
    ready, fast = BrightModel(spec=SPEC), BrightModel(spec=SPEC)
    fast.compute_backend = "fast"
    monkeypatch.setattr(run_module, "load_in_background", lambda *_: ready)
    session = run("current slice")
    assert session.model is ready
    monkeypatch.setattr(run_module, "load_in_background", lambda *_: fast)
    monkeypatch.setattr(run_module, "is_reload_faster", lambda model, _: model is ready)
    session = run("whole movie")
    assert (session.model, fast.forward_passes) == (fast, 18)


def test_computed_slices_are_kept_if_a_faster_model_gains_nothing(
    run: Callable[[str], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = BrightModel(spec=SPEC)
    monkeypatch.setattr(run_module, "load_in_background", lambda *_: ready)
    run("current volume")
    monkeypatch.setattr(run_module, "is_reload_faster", lambda *_: True)
    session = run("whole movie")
    assert (session.model, ready.forward_passes) == (ready, 18)
