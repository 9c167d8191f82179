from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.drawn.hazy_embryos import hazy_embryo
from helpers.files.movie_files import write_movie
from helpers.real_data import DATA, needs_data
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.populations import populations
from napari_devolearn.lineage.founders import FOUNDERS

COLUMNS = ["frame", *FOUNDERS, "total"]


@pytest.fixture(scope="module")
def model() -> LineageModel:
    return load_model("lineage", device="cpu")


def four_cells(shape: tuple[int, int] = (256, 376)) -> np.ndarray:
    """ABa, ABp, EMS and P2 as discs in their rhombus, uint8, with noise."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    image = np.random.default_rng(0).normal(8, 3, shape)
    for cy, cx, radius in ((0.5, 0.25, 17), (0.3, 0.5, 17), (0.72, 0.47, 16), (0.5, 0.74, 15)):
        distance = np.hypot(y - cy * shape[0], x - cx * shape[1])
        image += 150 / (1 + np.exp(distance - radius))
    return image.clip(0, 255).astype(np.uint8)


def test_one_image_gives_one_row_of_whole_cells(model: LineageModel) -> None:
    table = populations(four_cells(), model)
    assert list(table.columns[: len(COLUMNS)]) == COLUMNS
    assert len(table) == 1
    assert table["total"][0] in (3, 4, 5)
    assert {kind.kind for kind in table[COLUMNS].dtypes} == {"i"}


@pytest.mark.parametrize(("photons", "haze"), [(20, 0.2), (5, 0.4), (2, 0.3), (20, 0.6), (5, 0.8)])
def test_nuclei_in_haze_with_few_photons_are_counted(
    model: LineageModel, photons: float, haze: float
) -> None:
    table = populations(hazy_embryo(photons=photons, haze=haze)[0], model)
    assert table["measured"][0]
    assert 6 <= table["total"][0] <= 11, "eight nuclei are plainly visible"


def test_greyscale_rgb_volumes_and_files_give_the_same_counts(model: LineageModel, tmp_path: Path) -> None:
    image = four_cells()
    colours = np.zeros((*image.shape, 3), np.uint8)
    colours[..., 1] = image
    volumes = np.stack([image // 2, image, image // 3])[None].repeat(2, axis=0)
    movie = write_movie(tmp_path / "movie.mp4", np.stack([colours, colours]))
    found = [
        populations(one, model)["total"].tolist() for one in (image, colours, colours[None], volumes, movie)
    ]
    assert [len(totals) for totals in found] == [1, 1, 1, 2, 2]
    assert {total for totals in found[:4] for total in totals} == {found[0][0]}
    assert all(abs(total - found[0][0]) <= 1 for total in found[4])


def test_empty_frames_have_no_cells_and_are_not_trusted(model: LineageModel) -> None:
    noise = np.random.default_rng(0).normal(20, 3, (128, 192)).clip(0, 255).astype(np.uint8)
    table = populations(np.stack([np.zeros_like(noise), noise]), model)
    assert table["total"].tolist() == [0, 0]
    assert not table["trusted"].any()


def test_images_without_an_embryo_are_refused(model: LineageModel) -> None:
    with pytest.raises(ImageFormatError, match="contains no pixels"):
        populations(np.zeros((0, 4, 4)), model)
    with pytest.raises(ImageFormatError, match="NaN"):
        populations(np.full((64, 64), np.nan), model)


@needs_data("embryo_movie")
def test_counts_of_real_frames_increase_over_time(model: LineageModel) -> None:
    """Totals counted by eye, with at most a sixth of error in single frames: 4, 8, 12, 15, 24 nuclei."""
    from napari_devolearn.io.pictures.movie_file import MovieFile

    movie = MovieFile(DATA / "embryo_movie" / "embryo_timelapse.mov")
    frames = np.stack([movie.read(t) for t in range(8, 56, 4)])
    table = populations(frames, model)
    by_eye = {0: 4, 4: 8, 6: 12, 9: 15, 11: 24}
    for row, total in by_eye.items():
        assert table["raw_total"][row] == pytest.approx(total, rel=1 / 5)
        assert table["total"][row] == pytest.approx(total, rel=1 / 6)
    assert table["total"].is_monotonic_increasing
    assert table["trusted"].all()
