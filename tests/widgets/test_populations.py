"""The Lineage populations dock as people use it: run, look, go to a frame, take the numbers home."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from napari.layers import Image
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, Qt

from counting_model import GatedModel, aging_movie
from movie_files import write_movie, write_sound
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.lineage.populations import SERIES, populations_from_counts
from napari_devolearn.lineage.reference import load_reference
from napari_devolearn.widgets import populations_export as export
from napari_devolearn.widgets import populations_run
from napari_devolearn.widgets.populations import PopulationsDock
from napari_devolearn.widgets.populations_overlay import text_overlay

SECONDS = 60_000  # ms


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> GatedModel:
    """What the dock loads; it lets every frame through."""
    model = GatedModel(1000)
    monkeypatch.setattr(populations_run, "load_in_background", lambda *_: model)
    monkeypatch.setattr(populations_run, "available_devices", lambda: ("cpu",))
    return model


@pytest.fixture
def dock(viewer: Viewer, model: GatedModel, qtbot: QtBot) -> PopulationsDock:
    """The dock as napari's menu makes it, with its plot."""
    _, widget = viewer.window.add_plugin_dock_widget("napari-devolearn", "Lineage populations")
    widget.controls.model_box.add_file(Path("tiny.json"))
    qtbot.waitUntil(lambda: widget.panel.canvas is not None, timeout=SECONDS)
    return widget


@pytest.fixture
def movie(viewer: Viewer, dock: PopulationsDock) -> Image:
    """Twelve RGB frames, 10 minutes of development apart, the first black; napari stands at frame 6."""
    return viewer.add_image(aging_movie(), name="embryo", rgb=True)


def run(dock: PopulationsDock, qtbot: QtBot) -> None:
    dock.controls.run_box.run.click()
    qtbot.waitUntil(lambda: not dock.runner.running and not dock.decoder.busy, timeout=SECONDS)


def shown(dock: PopulationsDock) -> Any:
    return dock.panel.populations[0]


def click(dock: PopulationsDock, qtbot: QtBot, frame: float, action: str = "mousePress") -> None:
    canvas = dock.panel.canvas
    bottom, top = canvas.plot.axes.get_ylim()
    place = canvas.position_of(frame, (bottom + top) / 2).toPoint()
    if action == "mouseMove":
        qtbot.mouseMove(canvas, place)
    else:
        getattr(qtbot, action)(canvas, Qt.MouseButton.LeftButton, pos=place)


def test_curves_are_those_of_the_embryo(dock: PopulationsDock, movie: Image, qtbot: QtBot) -> None:
    run(dock, qtbot)
    curves = shown(dock)
    expected = np.rint(load_reference().counts_at(10.0 * np.arange(12)))
    np.testing.assert_allclose(curves.counts[2:, :7], expected[2:], atol=3)
    assert list(curves.trusted) == [False] + [True] * 11
    assert curves.raw is not None
    assert "12 frames counted on cpu" in dock.controls.run_box.status.text()
    assert dock.controls.band_box.speed.value() == pytest.approx(10, abs=1.5)
    dots = [line for line in dock.panel.canvas.plot.axes.lines if line.get_marker() == "."]
    assert len(dots) == len(SERIES)
    dock.controls.points_box.setChecked(False)
    assert not [line for line in dock.panel.canvas.plot.axes.lines if line.get_marker() == "."]


def test_volumes_are_projected_frame_by_frame(dock: PopulationsDock, viewer: Viewer, qtbot: QtBot) -> None:
    grey = aging_movie(rgb=False)
    viewer.add_image(np.stack([grey // 3, grey, grey // 2, grey // 3, grey // 4], axis=1), name="stack")
    run(dock, qtbot)
    assert shown(dock).counts[9, -1] == pytest.approx(load_reference().counts_at([90])[0].sum(), abs=6)


def test_the_cursor_follows_the_slider_and_moves_it(
    dock: PopulationsDock, movie: Image, viewer: Viewer, qtbot: QtBot
) -> None:
    run(dock, qtbot)
    canvas = dock.panel.canvas
    viewer.dims.set_current_step(0, 3)
    assert canvas.cursor_frame == 3
    assert "<b>frame 3</b>" in dock.panel.readout.text()
    click(dock, qtbot, 8)
    assert (viewer.dims.current_step[0], canvas.cursor_frame) == (8, 8)
    click(dock, qtbot, 5.2, "mouseMove")
    click(dock, qtbot, 5.2, "mouseRelease")
    assert (viewer.dims.current_step[0], canvas.cursor_frame) == (5, 5)
    click(dock, qtbot, 9, "mouseMove")
    assert viewer.dims.current_step[0] == 5


def test_what_was_counted_before_cancel_is_kept_and_not_counted_again(
    dock: PopulationsDock, movie: Image, model: GatedModel, qtbot: QtBot
) -> None:
    model.gate = threading.Semaphore(4)
    dock.controls.run_box.run.click()
    qtbot.waitUntil(lambda: len(dock.panel.populations) == 1 and len(shown(dock)) == 4, timeout=SECONDS)
    assert dock.panel.look.frames == 12
    dock.controls.run_box.cancel.click()
    assert "Run goes on" in dock.controls.run_box.status.text()
    assert dock.controls.run_box.run.isEnabled()
    model.gate.release(100)
    qtbot.waitUntil(lambda: len(model.asked) >= 5, timeout=SECONDS)
    run(dock, qtbot)
    assert list(shown(dock).frame) == list(range(12))
    assert model.asked[5:] == list(range(8))  # of what was left
    np.testing.assert_allclose(shown(dock).raw[-1, -1], load_reference().counts_at([110])[0].sum(), atol=4)


def test_ends_can_be_left_out(dock: PopulationsDock, movie: Image, qtbot: QtBot) -> None:
    run(dock, qtbot)
    dock.controls.first.setValue(1)
    dock.controls.last.setValue(2)
    qtbot.waitUntil(lambda: len(shown(dock)) == 9, timeout=SECONDS)
    assert list(shown(dock).frame) == list(range(1, 10))
    assert shown(dock).trusted.all()


def test_the_band_is_shifted_by_hand_and_fitted_on_request(
    dock: PopulationsDock, movie: Image, qtbot: QtBot, notes: list[str]
) -> None:
    dock.controls.band_box.fit.click()
    assert "run a movie first" in notes[-1]
    run(dock, qtbot)
    fitted = dock.panel.look.clock
    dock.controls.band_box.start.setValue(fitted.start + 30)
    assert dock.panel.look.clock.start == pytest.approx(fitted.start + 30, abs=0.6)
    dock.controls.first.setValue(1)
    qtbot.waitUntil(lambda: len(shown(dock)) == 11, timeout=SECONDS)
    assert dock.controls.band_box.by_hand
    dock.controls.band_box.fit.click()
    assert dock.panel.look.clock.start == pytest.approx(fitted.start, abs=2)
    dock.controls.band_box.shown.setChecked(False)
    assert dock.panel.look.clock is None


def test_the_plot_takes_napari_s_theme(dock: PopulationsDock, movie: Image, viewer: Viewer) -> None:
    assert dock.panel.look.theme == "dark"
    viewer.theme = "light"
    assert dock.panel.look.theme == "light"


def test_a_lineage_is_switched_off_in_the_legend(dock: PopulationsDock, movie: Image, qtbot: QtBot) -> None:
    run(dock, qtbot)
    canvas = dock.panel.canvas
    qtbot.waitUntil(lambda: any(name == "A" for name in canvas.plot.legend.values()))
    canvas.draw()
    entry = next(artist for artist, name in canvas.plot.legend.items() if name == "A")
    box, ratio = entry.get_window_extent(), canvas.device_pixel_ratio
    middle = QPoint(int((box.x0 + box.x1) / 2 / ratio), int(canvas.height() - (box.y0 + box.y1) / 2 / ratio))
    for hidden in ({"A"}, set()):
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=middle)
        assert dock.panel.look.hidden == hidden
        canvas.draw()


def test_counts_of_tracks_are_drawn_beside(dock: PopulationsDock, movie: Image, qtbot: QtBot) -> None:
    run(dock, qtbot)
    table = pd.DataFrame({"frame": [0, 1], **{name: [1, 2] for name in SERIES[:-1]}})
    dock.show_beside(populations_from_counts(table, "named tracks"))
    assert [one.source for one in dock.panel.populations] == ["model", "tracks"]
    assert [line.get_linestyle() for line in dock.panel.canvas.plot.axes.lines].count("--") == len(SERIES)
    assert dock.panel.populations[1].counts[1, -1] == 14


def test_a_layer_of_named_tracks_is_counted_beside_the_model(
    dock: PopulationsDock, movie: Image, viewer: Viewer, qtbot: QtBot, tmp_path: Path, notes: list[str]
) -> None:
    """AB divides after frame 2; EMS beside it lives from frame 1 on, and one cell has no name."""
    run(dock, qtbot)
    spans = {1: ("AB", 0, 2), 2: ("ABa", 3, 11), 3: ("ABp", 3, 11), 4: ("EMS", 1, 11), 5: ("", 0, 11)}
    data = [[label, t, 0, 0] for label, (_, begin, end) in spans.items() for t in range(begin, end + 1)]
    names = [spans[label][0] for label, *_ in data]
    layer = viewer.add_tracks(data, graph={2: [1], 3: [1]}, features={"name": names}, name="named")
    assert len(dock.panel.populations) == 1
    dock.controls.tracks_box.choose(layer)
    qtbot.waitUntil(lambda: len(dock.panel.populations) == 2, timeout=SECONDS)
    tracks = dock.panel.populations[1]
    assert tracks.counts[[0, 1, 3], 0].tolist() == [1, 1, 2]
    assert tracks.counts[[0, 1], 1].tolist() == [0, 1]
    assert tracks.counts[3, -1] == 4
    canvas = dock.panel.canvas
    assert [line.get_linestyle() for line in canvas.plot.axes.lines].count("--") == len(SERIES)
    keys = [text.get_text() for text in canvas.plot.axes.get_legend().get_texts()]
    assert {"model", "tracks"} <= set(keys)
    assert "tracks: " in dock.panel.readout.text()
    export.save_table(tmp_path / "counts.csv", dock.panel.populations, dock)
    qtbot.waitUntil((tmp_path / "counts.csv").exists, timeout=SECONDS)
    assert pd.read_csv(tmp_path / "counts.csv")["tracks_A"].tolist() == [1] * 3 + [2] * 9
    if picture := os.environ.get("POPULATIONS_PICTURE"):
        for theme in ("dark", "light"):
            viewer.theme = theme
            qtbot.wait(500)
            viewer.window.screenshot(picture.format(theme), canvas_only=False, flash=False)
    layer.features = {"name": [name.replace("EMS", "MS") for name in names]}
    qtbot.waitUntil(lambda: dock.panel.populations[1].counts[1, 2] == 1, timeout=SECONDS)
    layer.features = {"name": [""] * len(names)}
    qtbot.waitUntil(lambda: any("tracks have no names" in note for note in notes), timeout=SECONDS)
    viewer.layers.remove(layer)
    assert len(dock.panel.populations) == 1


def test_the_total_is_text_on_the_viewer_and_goes_away_again(
    dock: PopulationsDock, movie: Image, viewer: Viewer, qtbot: QtBot
) -> None:
    overlay = text_overlay(viewer)
    overlay.text = "mine"
    run(dock, qtbot)
    dock.controls.total_box.setChecked(True)
    viewer.dims.set_current_step(0, 9)
    assert overlay.text.startswith(f"{shown(dock).counts[9, -1]:.0f} cells, age ")
    assert overlay.visible
    viewer.dims.set_current_step(0, 0)
    assert "not to be trusted" in overlay.text
    dock.controls.total_box.setChecked(False)
    assert (overlay.visible, overlay.text) == (False, "mine")


def test_curves_outlive_an_image_that_is_removed_during_the_run(
    dock: PopulationsDock, movie: Image, viewer: Viewer, model: GatedModel, qtbot: QtBot
) -> None:
    model.gate = threading.Semaphore(4)
    dock.controls.run_box.run.click()
    qtbot.waitUntil(lambda: len(dock.panel.populations) == 1 and len(shown(dock)) == 4, timeout=SECONDS)
    viewer.layers.remove(movie)
    assert "its image was removed; what was counted is kept" in dock.controls.run_box.status.text()
    assert len(shown(dock)) == 4
    assert dock.controls.export_box.isEnabled()
    model.gate.release(100)
    viewer.add_image(aging_movie(), name="another", rgb=True)
    assert len(shown(dock)) == 4
    run(dock, qtbot)
    assert (shown(dock).name, len(shown(dock))) == ("another", 12)


BAD = {
    "no movie to count in: drop one": lambda _: None,
    "nuclei: is a Labels layer": lambda viewer: viewer.add_labels(np.ones((12, 16, 24), int), name="nuclei"),
    "still: is one image; curves need a movie": lambda viewer: viewer.add_image(
        aging_movie()[5], name="still", rgb=True
    ),
    "two: has 2 planes along axis 1, as channels are": lambda viewer: viewer.add_image(
        np.zeros((12, 2, 16, 24), np.uint8), name="two"
    ),
}


def test_what_is_no_movie_is_said_and_the_dock_goes_on(
    dock: PopulationsDock, viewer: Viewer, qtbot: QtBot, notes: list[str]
) -> None:
    for said, add in BAD.items():
        add(viewer)
        dock.controls.run_box.run.click()
        assert said in notes[-1]
        assert not dock.runner.running
        viewer.layers.clear()
    viewer.add_image(aging_movie(), name="good", rgb=True)
    run(dock, qtbot)
    assert len(shown(dock)) == 12


def test_a_movie_that_breaks_off_is_counted_as_far_as_it_goes(
    dock: PopulationsDock, viewer: Viewer, qtbot: QtBot, notes: list[str], tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (60, 32, 48, 3), np.uint8)
    cut = write_movie(tmp_path / "cut.avi", noise)
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    with pytest.warns(UserWarning, match="breaks off after"):
        viewer.open(cut, plugin="napari-devolearn")
    run(dock, qtbot)
    assert 1 < len(shown(dock)) < 60
    assert "frames counted" in dock.controls.run_box.status.text()


def test_frames_before_a_damaged_one_are_kept(
    dock: PopulationsDock, viewer: Viewer, qtbot: QtBot, notes: list[str]
) -> None:
    from napari_devolearn.io.lazy import lazy_frames

    movie = aging_movie()

    def read(t: int) -> np.ndarray:
        if t == 10:
            raise ImageFormatError("movie.mov: frame 10: no movie that can be decoded; copy it again")
        return movie[t]

    viewer.add_image(lazy_frames(read, movie.shape, movie.dtype), name="damaged", rgb=True)
    run(dock, qtbot)
    assert "frame 10: no movie that can be decoded" in notes[-1]
    assert "what was counted is kept" in dock.controls.run_box.status.text()
    assert len(shown(dock)) == 10


def test_no_video_stream_leaves_the_dock_as_it_was(
    dock: PopulationsDock, movie: Image, viewer: Viewer, qtbot: QtBot, tmp_path: Path
) -> None:
    run(dock, qtbot)
    with pytest.raises(ImageFormatError, match="holds no video stream"):
        viewer.open(write_sound(tmp_path / "sound.mkv"), plugin="napari-devolearn")
    assert len(shown(dock)) == 12
    assert dock.controls.run_box.run.isEnabled()


def test_no_model_is_said(dock: PopulationsDock, movie: Image, notes: list[str]) -> None:
    dock.controls.model_box.setCurrentIndex(dock.controls.model_box.count() - 1)
    dock.controls.run_box.run.click()
    assert "no lineage model chosen" in notes[-1]


def test_a_closed_dock_lets_go_of_the_viewer(dock: PopulationsDock, movie: Image, viewer: Viewer) -> None:
    canvas = dock.panel.canvas
    viewer.dims.set_current_step(0, 5)
    assert (canvas.cursor_frame, dock.panel.look.theme) == (5, "dark")
    viewer.window.remove_dock_widget(dock)
    viewer.theme = "light"
    viewer.dims.set_current_step(0, 2)
    viewer.layers.remove(movie)
    assert (canvas.cursor_frame, dock.panel.look.theme) == (5, "dark")
