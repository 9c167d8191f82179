from __future__ import annotations

from pathlib import Path

import numpy as np
from napari.layers import Image
from pytestqt.qtbot import QtBot

from drawn_populations import drawn_populations
from napari_devolearn.lineage.plot.style import PlotStyle
from napari_devolearn.lineage.populations import SERIES
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.populations.export import add_to_layer, save_plot, save_table


def test_table_and_plots_are_written(tmp_path: Path, qtbot: QtBot) -> None:
    block, drawn = RunBlock(tooltip="", cancel=""), drawn_populations(20, minutes=1.5)
    qtbot.addWidget(block.native)
    table, plot = tmp_path / "a.csv", tmp_path / "a.svg"
    table.write_text("the dialog asked whether to replace this")
    jobs = [save_table(table, [drawn], block), save_plot(plot, [drawn], PlotStyle(theme="dark"), block)]
    qtbot.waitUntil(lambda: not any(job.running for job in jobs), timeout=30_000)
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
