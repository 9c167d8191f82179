from __future__ import annotations

from pathlib import Path

import npe2
import numpy as np
import pytest
from napari.components import ViewerModel

from helpers.files.movie_files import write_movie, write_sound
from helpers.real_data import DATA, needs_data
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.pictures.movie_file import MovieFile
from napari_devolearn.plugin.reader import get_reader, read


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Thirty frames of 32 x 48 pixels, frame t of grey 8 * t."""
    grey = 8 * np.arange(30, dtype=np.uint8)[:, None, None, None]
    return write_movie(tmp_path / "Embryo 1.MOV", np.tile(grey, (1, 32, 48, 3)))


def test_a_movie_is_one_lazy_rgb_layer(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npe2.PluginManager.instance().discover()
    decoded: list[int] = []
    real = MovieFile.read
    monkeypatch.setattr(MovieFile, "read", lambda movie, t: decoded.append(t) or real(movie, t))
    viewer = ViewerModel()
    (layer,) = viewer.open(path, plugin="napari-devolearn")
    assert (layer.name, layer.rgb, layer.data.shape) == ("Embryo 1", True, (30, 32, 48, 3))
    assert layer.axis_labels == ("t", "y", "x")
    assert [str(unit) for unit in layer.units] == ["pixel"] * 3
    viewer.dims.current_step = (20, 0, 0)
    assert len(set(decoded)) <= 3
    assert np.asarray(layer.data[20]).mean() == pytest.approx(160, abs=3)


def test_each_dropped_movie_is_a_layer(path: Path, tmp_path: Path) -> None:
    other = path.rename(tmp_path / "a.mp4")
    paths = [str(other), str(write_movie(tmp_path / "b.avi", np.zeros((3, 32, 48, 3), np.uint8)))]
    assert get_reader(paths) is read
    assert [(attributes["name"], len(data)) for data, attributes, _ in read(paths)] == [("a", 30), ("b", 3)]
    assert get_reader(str(tmp_path / "gone.mov")) is None


def test_errors_are_one_line(path: Path, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no movie at all")
    for name, said in (
        (write_sound(tmp_path / "sound.mkv").name, "no video stream"),
        ("text.mp4", "cannot be read"),
    ):
        with pytest.raises(ImageFormatError, match=f"{name}: .*{said}"):
            read(str(tmp_path / name))
    cut = write_movie(
        tmp_path / "cut.avi", np.random.default_rng(0).integers(0, 255, (60, 32, 48, 3), np.uint8)
    )
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    with pytest.warns(UserWarning, match=r"cut\.avi: truncated after"):
        assert 1 < len(read(str(cut))[0][0]) < 60


@needs_data("embryo_movie")
def test_the_real_movie_opens(path: Path) -> None:
    ((data, _, _),) = read(str(DATA / "embryo_movie/embryo_timelapse.mov"))
    assert data.shape == (389, 512, 752, 3)
    assert np.asarray(data[200]).max() > 100
