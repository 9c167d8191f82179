from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from napari.layers import Image
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from helpers.counting_model import GatedModel, aging_movie
from helpers.docks.common import SECONDS
from helpers.docks.populations import run, shown
from helpers.files.movie_files import write_movie, write_sound
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.lineage.decoding.reference import load_reference
from napari_devolearn.widgets.populations.dock import PopulationsDock


def test_frames_counted_before_cancel_are_kept(
    populations: PopulationsDock, aging_layer: Image, counting_model: GatedModel, qtbot: QtBot
) -> None:
    counting_model.gate = threading.Semaphore(4)
    populations.run_block.run.native.click()
    qtbot.waitUntil(
        lambda: len(populations.curves.canvas.populations) == 1 and len(shown(populations)) == 4,
        timeout=SECONDS,
    )
    assert populations.curves.canvas.plot_style.frames == 12
    populations.run_block.cancel.native.click()
    assert "Run continues" in populations.run_block.text
    assert populations.run_block.run.enabled
    counting_model.gate.release(100)
    qtbot.waitUntil(lambda: len(counting_model.asked) >= 5, timeout=SECONDS)
    run(populations, qtbot)
    assert list(shown(populations).frame) == list(range(12))
    assert counting_model.asked[5:] == list(range(8))  # of what was left
    np.testing.assert_allclose(
        shown(populations).raw[-1, -1], load_reference().counts_at([110])[0].sum(), atol=4
    )


def test_curves_are_kept_if_the_image_is_removed_during_the_run(
    populations: PopulationsDock, aging_layer: Image, viewer: Viewer, counting_model: GatedModel, qtbot: QtBot
) -> None:
    counting_model.gate = threading.Semaphore(4)
    populations.run_block.run.native.click()
    qtbot.waitUntil(
        lambda: len(populations.curves.canvas.populations) == 1 and len(shown(populations)) == 4,
        timeout=SECONDS,
    )
    viewer.layers.remove(aging_layer)
    assert "was removed. 4 frames counted" in populations.run_block.text
    assert len(shown(populations)) == 4
    assert populations.curves.table_button.enabled
    counting_model.gate.release(100)
    viewer.add_image(aging_movie(), name="another", rgb=True)
    assert len(shown(populations)) == 4
    run(populations, qtbot)
    assert (shown(populations).name, len(shown(populations))) == ("another", 12)


BAD = {
    "No movie to count in; drop one": lambda _: None,
    "nuclei: is a Labels layer": lambda viewer: viewer.add_labels(np.ones((12, 16, 24), int), name="nuclei"),
    "still: is one image; choose a movie": lambda viewer: viewer.add_image(
        aging_movie()[5], name="still", rgb=True
    ),
    "two: has 2 planes along axis 1, which are probably channels": lambda viewer: viewer.add_image(
        np.zeros((12, 2, 16, 24), np.uint8), name="two"
    ),
}


def test_other_images_are_refused_and_the_dock_continues(
    populations: PopulationsDock, viewer: Viewer, qtbot: QtBot, notes: list[str]
) -> None:
    for said, add in BAD.items():
        add(viewer)
        populations.run_block.run.native.click()
        assert said in populations.run_block.text
        assert not populations.run_block.run.enabled
        assert not populations.running
        viewer.layers.clear()
    viewer.add_image(aging_movie(), name="good", rgb=True)
    run(populations, qtbot)
    assert len(shown(populations)) == 12


def test_a_truncated_movie_is_counted_up_to_its_end(
    populations: PopulationsDock, viewer: Viewer, qtbot: QtBot, notes: list[str], tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (60, 32, 48, 3), np.uint8)
    cut = write_movie(tmp_path / "cut.avi", noise)
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    with pytest.warns(UserWarning, match="truncated after"):
        viewer.open(cut, plugin="napari-devolearn")
    run(populations, qtbot)
    assert 1 < len(shown(populations)) < 60
    assert "frames counted" in populations.run_block.text


def test_frames_before_a_damaged_one_are_kept(
    populations: PopulationsDock, viewer: Viewer, qtbot: QtBot, notes: list[str]
) -> None:
    from napari_devolearn.io.core.lazy import lazy_frames

    movie = aging_movie()

    def read(t: int) -> np.ndarray:
        if t == 10:
            raise ImageFormatError("movie.mov: frame 10: cannot be read; copy it again")
        return movie[t]

    viewer.add_image(lazy_frames(read, movie.shape, movie.dtype), name="damaged", rgb=True)
    run(populations, qtbot)
    assert "frame 10: cannot be read" in notes[-1]
    assert "frame 10: cannot be read" in populations.run_block.text
    assert "Counted frames are kept" in populations.run_block.text
    assert len(shown(populations)) == 10


def test_a_file_without_video_does_not_change_the_dock(
    populations: PopulationsDock, aging_layer: Image, viewer: Viewer, qtbot: QtBot, tmp_path: Path
) -> None:
    run(populations, qtbot)
    with pytest.raises(ImageFormatError, match="no video stream"):
        viewer.open(write_sound(tmp_path / "sound.mkv"), plugin="napari-devolearn")
    assert len(shown(populations)) == 12
    assert populations.run_block.run.enabled
