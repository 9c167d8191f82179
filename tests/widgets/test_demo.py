"""What the demo shows: the sample embryo, the dock, and nuclei in the current volume."""

from __future__ import annotations

import numpy as np

from napari_devolearn.simulate import embryo
from napari_devolearn.widgets.demo import show_embryo


def test_nuclei_of_the_volume_in_view(viewer, qtbot, tiny_embryo, monkeypatch) -> None:
    monkeypatch.setattr(embryo, "simulate_embryo", lambda: tiny_embryo)
    dock = show_embryo(viewer)
    qtbot.waitUntil(lambda: not dock.runner.running, timeout=60_000)
    assert dock.native.parent() is not None
    t = viewer.dims.current_step[0]
    assert np.unique(viewer.layers[-1].data[t]).size == np.unique(tiny_embryo.labels[t]).size
