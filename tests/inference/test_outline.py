from __future__ import annotations

import dataclasses
import warnings
from pathlib import Path

import numpy as np
import pytest

from helpers.bright_model import SPEC, BrightModel
from napari_devolearn.inference.outline import iter_outline, open_outline_input, outline
from napari_devolearn.io.core.stack import Stack

EMBRYO = dataclasses.replace(SPEC, task="embryo", field_of_view=64.0)
SIZE = (1.0, 0.5, 0.5)


def model() -> BrightModel:
    return BrightModel(spec=EMBRYO)


def embryo_movie() -> np.ndarray:
    """Four frames of 40 by 60 um as (4, 1, 80, 120), uint8; an embryo is 20 by 30 um.

    ::

        0 . . . . .   1 . . . . .   2 . . . . .   3 # # . # #
          . # # # .     . . . . .     . . . # #     # # . # #
          . # # # .     . . . . .     . . . # #     # # . # #
                        (none)        (cut)         (two)
    """
    movie = np.zeros((4, 1, 80, 120), np.uint8)
    movie[0, 0, 20:60, 20:80] = 200
    movie[2, 0, 20:60, 90:] = 200
    movie[3, 0, 2:42, 2:52] = 200
    movie[3, 0, 2:62, 60:118] = 200
    return movie


def sure_movie() -> np.ndarray:
    """The first frame, its probability 255 in the embryo."""
    return np.where(embryo_movie()[:1] > 0, 255, 0).astype(np.uint8)


def test_one_row_per_frame_and_one_warning_per_kind_of_problem() -> None:
    with pytest.warns(UserWarning, match="frame") as said:
        table = outline(embryo_movie(), model(), voxel_size=SIZE)
    text = " | ".join(str(one.message) for one in said)
    assert "frame 1 of 4: no embryo" in text
    assert "frame 2 of 4: the image's edge" in text
    assert "frame 3 of 4: more than one embryo" in text
    assert "frame 0, 2, 3 of 4: a certainty below" in text, "the model says 200 of 255"
    assert table["certainty"].dropna().tolist() == pytest.approx([200 / 255] * 3)
    assert table["embryos"].tolist() == [1, 0, 1, 2]
    assert table["length_um"].notna().tolist() == [True, False, False, True]
    assert table["length_um"][0] == pytest.approx(30)
    assert table["width_um"][0] == pytest.approx(20)


def test_a_stack_keeps_its_numbers_and_its_voxel_size() -> None:
    stack = Stack(data=sure_movie(), name="", source=Path("01"), frames=(23,), voxel_size=(1.0, 0.25, 0.25))
    table = outline(stack, model())
    assert table[["frame", "length_um"]].to_numpy().tolist() == [[23, 15]]


def test_an_image_of_unknown_voxel_size_has_positions_but_no_lengths() -> None:
    with pytest.warns(UserWarning, match="voxel size unknown") as said:
        table = outline(sure_movie()[0, 0], model())
    assert len(said) == 1
    assert table["embryos"].tolist() == [1]
    assert table["length_um"].isna().all()
    assert table["x"][0] == pytest.approx(49.5)


def test_the_green_channel_of_an_rgb_image_is_used(tmp_path: Path) -> None:
    from skimage.io import imsave

    colours = np.zeros((80, 120, 3), np.uint8)
    colours[20:60, 20:80, 1] = 255
    imsave(tmp_path / "one.png", colours, check_contrast=False)
    given = open_outline_input(tmp_path / "one.png", model(), SIZE)
    (one,) = iter_outline(given, model())
    assert one.size.length_um == pytest.approx(30)
    assert one.labels.shape == (1, 80, 120)


def test_another_model_is_refused() -> None:
    with pytest.raises(ValueError, match="embryo model"):
        outline(embryo_movie(), BrightModel(), voxel_size=SIZE)


def test_an_outline_longer_than_any_egg_is_reported() -> None:
    with pytest.warns(UserWarning, match="longer than 70 um"):
        outline(sure_movie()[0, 0], model(), voxel_size=(1.5, 1.5))


def test_a_frame_without_an_image_has_no_row() -> None:
    movie = embryo_movie()
    frames = tuple(range(5, 5 + len(movie)))
    whole = Stack(data=movie, name="m", source=Path("m"), voxel_size=SIZE, frames=frames)
    stack = dataclasses.replace(whole, missing=frozenset({6}), frame_interval=2.0)
    with warnings.catch_warnings(action="ignore"):
        table = outline(stack, model())
    assert table["frame"].tolist() == [frame for frame in frames if frame != 6]
    assert table["minutes"].tolist() == [2.0 * frame for frame in frames if frame != 6]
