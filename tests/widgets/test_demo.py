"""What the demo shows: the sample embryo, the dock, and nuclei in the current volume."""

from __future__ import annotations

import json

import numpy as np
import pytest

from napari_devolearn.simulate import embryo
from napari_devolearn.widgets.common.form import settings
from napari_devolearn.widgets.demo import show_embryo


@pytest.mark.parametrize("kept", [{}, {"model": "membrane", "threshold": 0.95}])
def test_nuclei_of_the_volume_in_view(viewer, qtbot, tiny_embryo, monkeypatch, kept) -> None:
    file = settings.settings_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"segment": kept}), encoding="utf-8")
    monkeypatch.setattr(embryo, "simulate_embryo", lambda: tiny_embryo)
    dock = show_embryo(viewer)
    qtbot.waitUntil(lambda: not dock.runner.running, timeout=60_000)
    assert dock.native.parent() is not None
    assert viewer.layers[-1].name == "embryo nuclei"
    t = viewer.dims.current_step[0]
    assert np.unique(viewer.layers[-1].data[t]).size == np.unique(tiny_embryo.labels[t]).size
