from __future__ import annotations

import json

import numpy as np
import pytest

from helpers.docks.common import SECONDS, up_to_date
from napari_devolearn.simulate import params
from napari_devolearn.widgets.common.form import settings
from napari_devolearn.widgets.demo import show_embryo


@pytest.mark.parametrize("kept", [{}, {"model": "membrane", "threshold": 0.95}])
def test_nuclei_of_the_current_volume_are_segmented(viewer, qtbot, monkeypatch, kept) -> None:
    file = settings.settings_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"segment": kept}), encoding="utf-8")
    short = params.SimulateParams(frames=1)
    monkeypatch.setattr(params, "SimulateParams", lambda: short)
    dock = show_embryo(viewer)
    qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
    qtbot.waitUntil(lambda: up_to_date(dock.session), timeout=SECONDS)
    assert dock.native.parent() is not None
    assert viewer.layers[-1].name == "embryo nuclei"
    t = viewer.dims.current_step[0]
    truth = np.asarray(viewer.layers["true nuclei"].data[t])
    found = viewer.layers[-1].data[t]
    assert found.any()
    assert abs(np.unique(found).size - np.unique(truth).size) <= 1
