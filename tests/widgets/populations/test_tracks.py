from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from napari.layers import Image
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from helpers.docks.common import SECONDS, save_as
from helpers.docks.populations import run, wait_for_plot
from napari_devolearn.lineage.populations import SERIES, populations_from_counts
from napari_devolearn.widgets.populations.dock import PopulationsDock


def test_counts_of_tracks_are_drawn_too(
    populations: PopulationsDock, aging_layer: Image, qtbot: QtBot
) -> None:
    run(populations, qtbot)
    table = pd.DataFrame({"frame": [0, 1], **{name: [1, 2] for name in SERIES[:-1]}})
    populations.curves.tracks.counted.emit(populations_from_counts(table, "named tracks"))
    assert [one.source for one in populations.curves.canvas.populations] == ["model", "tracks"]
    wait_for_plot(populations, qtbot)
    assert [line.get_linestyle() for line in populations.curves.canvas.result.axes.lines].count("--") == len(
        SERIES
    )
    assert populations.curves.canvas.populations[1].counts[1, -1] == 14


def test_a_layer_of_named_tracks_is_counted_too(
    populations: PopulationsDock,
    aging_layer: Image,
    viewer: Viewer,
    qtbot: QtBot,
    tmp_path: Path,
    notes: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """AB divides after frame 2; EMS exists from frame 1 on, and one cell has no name."""
    run(populations, qtbot)
    spans = {1: ("AB", 0, 2), 2: ("ABa", 3, 11), 3: ("ABp", 3, 11), 4: ("EMS", 1, 11), 5: ("", 0, 11)}
    data = [[label, t, 0, 0] for label, (_, begin, end) in spans.items() for t in range(begin, end + 1)]
    names = [spans[label][0] for label, *_ in data]
    layer = viewer.add_tracks(data, graph={2: [1], 3: [1]}, features={"name": names}, name="named")
    assert len(populations.curves.canvas.populations) == 1
    populations.tracks.choose(layer)
    qtbot.waitUntil(lambda: len(populations.curves.canvas.populations) == 2, timeout=SECONDS)
    tracks = populations.curves.canvas.populations[1]
    assert tracks.counts[[0, 1, 3], 0].tolist() == [1, 1, 2]
    assert tracks.counts[[0, 1], 1].tolist() == [0, 1]
    assert tracks.counts[3, -1] == 4
    canvas = populations.curves.canvas
    wait_for_plot(populations, qtbot)
    assert [line.get_linestyle() for line in canvas.result.axes.lines].count("--") == len(SERIES)
    keys = [text.get_text() for text in canvas.result.axes.get_legend().get_texts()]
    assert {"model", "tracks"} <= set(keys)
    assert "tracks: " in populations.curves.readout.value
    save_as(tmp_path / "counts.csv", populations.curves.table_button, monkeypatch)
    qtbot.waitUntil((tmp_path / "counts.csv").exists, timeout=SECONDS)
    assert pd.read_csv(tmp_path / "counts.csv")["tracks_AB"].tolist() == [1] * 3 + [2] * 9
    layer.features = {"name": [name.replace("EMS", "MS") for name in names]}
    qtbot.waitUntil(lambda: populations.curves.canvas.populations[1].counts[1, 2] == 1, timeout=SECONDS)
    layer.features = {"name": [""] * len(names)}
    qtbot.waitUntil(lambda: any("tracks have no names" in note for note in notes), timeout=SECONDS)
    viewer.layers.remove(layer)
    assert len(populations.curves.canvas.populations) == 1
