from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from napari.layers import Image
from pytestqt.qtbot import QtBot

from helpers.docks.common import SECONDS, save_as
from helpers.drawn.populations import drawn_populations
from napari_devolearn.lineage.plot.style import PlotStyle
from napari_devolearn.lineage.populations import SERIES
from napari_devolearn.widgets.populations.dock import PopulationsDock
from napari_devolearn.widgets.populations.readout import add_to_layer


def test_table_and_plot_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, populations: PopulationsDock, qtbot: QtBot
) -> None:
    drawn = drawn_populations(20, minutes=1.5)
    populations.curves.canvas.show_populations([drawn], PlotStyle(theme="dark"))
    table, plot = tmp_path / "a.csv", tmp_path / "a.svg"
    table.write_text("the dialog asked whether to replace this")
    for file, button in ((table, populations.curves.table_button), (plot, populations.curves.plot_button)):
        button.enabled = True
        save_as(file, button, monkeypatch)
        qtbot.waitUntil(lambda name=file.name: f"Saved {name}" in populations.run_block.text, timeout=SECONDS)
    rows = table.read_text().splitlines()
    assert rows[0].split(",") == ["frame", "time_min", *SERIES, "age_min", "trusted", "measured"]
    assert rows[3].split(",")[:2] == ["2", "3"]
    assert "#23242b" not in plot.read_text()  # the ground of the dark theme


def test_counts_are_added_to_the_layer() -> None:
    image = Image(np.zeros((20, 8, 8)), metadata={"devolearn": {"source": "x.mov"}, "other": 1})
    add_to_layer(image, drawn_populations(20))
    kept = image.metadata["devolearn"]["populations"]
    assert kept["frame"] == list(range(20))
    assert kept["trusted"][:4] == [False, False, False, True]
    assert set(kept) == {"frame", "time", *SERIES, "trusted", "age"}
    assert (image.metadata["other"], image.metadata["devolearn"]["source"]) == (1, "x.mov")
