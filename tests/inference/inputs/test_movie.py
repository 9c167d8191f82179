from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.inference.inputs.opening import as_movie
from napari_devolearn.io.core.stack import Stack

SIZE = (1.0, 0.2, 0.2)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((5, 6), (1, 1, 5, 6)), ((4, 5, 6), (1, 4, 5, 6)), ((2, 4, 5, 6), (2, 4, 5, 6))],
)
def test_missing_dimensions_are_added(shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    movie = as_movie(np.zeros(shape), SIZE, 0.18)
    assert (movie.shape, movie.input_shape) == (expected, shape)


def test_the_voxel_size_of_a_stack_is_used() -> None:
    stack = Stack(
        data=np.zeros((1, 2, 5, 6)), name="s", source=Path("s"), voxel_size=(2.0, 0.3, 0.3), frames=(7,)
    )
    assert as_movie(stack, None, 0.18).voxel_size == (2.0, 0.3, 0.3)
    assert as_movie(stack, SIZE, 0.18).voxel_size == SIZE


def test_an_assumed_voxel_size_gives_a_warning() -> None:
    with pytest.warns(UserWarning, match="voxel size unknown: 0.18 um is assumed"):
        movie = as_movie(np.zeros((5, 6)), None, 0.18)
    assert movie.voxel_size == (0.18, 0.18, 0.18)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros(5), "give \\(Y, X\\)"),
        (np.zeros((2, 2, 2, 2, 2)), "give \\(Y, X\\)"),
        (np.zeros((0, 5)), "contains no pixels"),
        (np.zeros((5, 5), complex), "not real numbers"),
        (np.array([["a", "b"]]), "not real numbers"),
        (np.zeros((50, 60, 3), np.uint8), "looks like RGB"),
    ],
)
def test_invalid_images_are_refused(image: Any, message: str) -> None:
    with pytest.raises(ImageFormatError, match=message):
        as_movie(image, SIZE, 0.18)


def test_nan_pixels_are_counted_and_located() -> None:
    data = np.random.default_rng(0).random((3, 2, 5, 6))
    data[2, 1, 0, :2] = np.nan
    movie = as_movie(data, SIZE, 0.18)
    movie.plane(2, 0)
    with pytest.raises(ImageFormatError, match=r"frame 2, slice 1: 2 of 30 pixels"):
        movie.plane(2, 1)
    with pytest.raises(ImageFormatError, match=r"frame 2, slice 1"):
        movie.only(2).plane(0, 1)


def test_a_constant_frame_is_reported_once_with_its_file() -> None:
    stack = Stack(
        data=np.full((2, 3, 5, 6), 7), name="s", source=Path("a/b.tif"), voxel_size=SIZE, frames=(0, 1)
    )
    movie = as_movie(stack, None, 0.18)
    with pytest.warns(UserWarning, match=r"b\.tif: frame 1: every pixel is 7") as said:
        list(map(movie.only(1).plane, (0, 0), (0, 1)))
    assert len(said) == 1


def test_slices_of_one_frame_are_read_together() -> None:
    class Counting:
        shape, dtype, reads = (2, 3, 4, 5), np.dtype(np.uint8), 0

        def __getitem__(self, t: int) -> np.ndarray:
            self.reads += 1
            return np.arange(60, dtype=np.uint8).reshape(3, 4, 5) + np.uint8(t)

    data = Counting()
    movie = as_movie(data, SIZE, 0.18)
    assert [int(movie.plane(t, z)[0, 0]) for t in (0, 1) for z in (0, 1, 2)] == [0, 20, 40, 1, 21, 41]
    assert data.reads == 2


def test_neighbours_lie_at_a_physical_distance_and_end_with_the_stack() -> None:
    """A ramp along z: plane z holds 10 z and a pattern; planes are 1 um apart, neighbours 0.5 um."""
    pattern = np.array([[0, 1, 2], [2, 1, 0]], np.uint8)
    ramp = np.arange(0, 40, 10, dtype=np.uint8)[:, None, None] + pattern
    movie = as_movie(ramp, SIZE, 0.18)
    assert movie.slab(0, 1, 2, 0.5)[:, 0, 0].tolist() == [0, 5, 10, 15, 20]
    assert movie.slab(0, 3, 1, 0.5)[:, 0, 0].tolist() == [25, 30, 30]
    alone = np.array([[20, 10]], np.uint8)
    assert as_movie(alone, SIZE[1:], 0.18).slab(0, 0, 1, 0.5)[:, 0, 0].tolist() == [20, 20, 20]


def test_an_rgb_image_is_converted_only_on_request() -> None:
    picture = np.zeros((6, 8, 3), np.uint8)
    picture[3:, :, 1] = 100
    movie = as_movie(picture, SIZE, 0.2, colours=True)
    assert (movie.shape, movie.input_shape) == ((1, 1, 6, 8), (6, 8))
    assert movie.plane(0, 0)[3:] == pytest.approx(58.7)
    with pytest.raises(ImageFormatError, match="looks like RGB"):
        as_movie(picture, SIZE, 0.2)


def test_an_unknown_voxel_size_can_follow_from_the_image() -> None:
    with pytest.warns(UserWarning, match="0.1 um is assumed"):
        movie = as_movie(np.zeros((960, 1280)), None, lambda shape: 128 / max(shape))
    assert movie.voxel_size == (0.1, 0.1, 0.1)
