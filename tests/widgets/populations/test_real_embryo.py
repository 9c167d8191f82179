from __future__ import annotations

import numpy as np
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from helpers.real_data import DATA, needs_data
from napari_devolearn.io.pictures.movie_file import MovieFile

SECONDS = 120_000  # ms; it imports torch


@needs_data("embryo_movie")
def test_counts_of_a_real_embryo_increase(viewer: Viewer, qtbot: QtBot) -> None:
    movie = MovieFile(DATA / "embryo_movie/embryo_timelapse.mov")
    viewer.add_image(np.stack([movie.read(t) for t in range(20, 220, 20)]), name="embryo", rgb=True)
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Lineage populations")
    dock.run()
    qtbot.waitUntil(lambda: not dock.running and not dock.curves.decoder.busy, timeout=SECONDS)
    (found,) = dock.curves.canvas.populations
    total = found.counts[:, -1]
    assert (np.diff(total) >= 0).all()
    assert total[0] < 20
    assert 60 < total[5] < 130  # frame 120; about 92 nuclei
    assert total[-1] > 200
    assert dock.curves.canvas.plot_style.clock is not None
