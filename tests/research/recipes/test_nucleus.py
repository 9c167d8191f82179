from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from skimage.io import imsave

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.training.fit.params import TrainParams
from research.recipes.nucleus import HELD_OUT, RECIPE, in_windows, nucleus_slices


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Four slices as those of the data set, pixels wider than high, each with one disc of 40 um.

    ::

        t = 24   25   34   35        ........
             train |held | train     .######.  a disc in um,
                    out              .######.  wider than high in pixels no more
    """
    folder = tmp_path / "nuclei_ctc_slices"
    y, x = np.mgrid[:256, :256]
    disc = (((y - 128) * 0.18) ** 2 + ((x - 128) * 0.2489) ** 2 < 20**2).astype(np.uint16)
    rows = []
    for time in (24, 25, 34, 35):
        name = f"t{time:03d}_z03.png"
        for kind, picture in (("images", 40 + 100 * disc.astype(np.uint8)), ("labels", disc)):
            (folder / kind).mkdir(parents=True, exist_ok=True)
            imsave(folder / kind / name, picture.astype(np.uint8), check_contrast=False)
        rows.append({"file": name, "t": time, "z": 3, "n_instances": 1, "fg_px": int(disc.sum())})
    with (folder / "index.csv").open("w", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return tmp_path


def test_windows_of_whole_frames_are_held_out(data: Path) -> None:
    train, held_out = nucleus_slices(data, TrainParams(crop=64))
    assert [pair.t for pair in train.pairs] == [24, 35]
    assert [pair.t for pair in held_out.pairs] == [25, 34]
    assert [t for t in range(180) if in_windows(t, HELD_OUT)] == [*range(25, 35), *range(84, 94)]


def test_a_disc_is_round_at_the_model_s_square_pixels(data: Path) -> None:
    train, held_out = nucleus_slices(data, TrainParams(crop=64))
    image, target = held_out[0]
    rows, columns = (int(np.ptp(where)) for where in target[0].numpy().nonzero())
    assert abs(rows - columns) <= 2
    assert tuple(image.shape) == (1, 256, 354)
    assert tuple(train[0][1].shape) == (len(RECIPE.spec.outputs), 64, 64)


def test_a_folder_without_the_data_set_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"index\.csv: not found"):
        nucleus_slices(tmp_path, TrainParams())
