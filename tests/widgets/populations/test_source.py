from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.widgets.common.calibration import minutes_between_frames
from napari_devolearn.widgets.populations.source import movie_source


def image(*shape: int, **attributes: Any) -> Image:
    return Image(np.zeros(shape, np.uint8), name="x", **attributes)


@pytest.mark.parametrize(
    "layer",
    [
        image(5, 16, 24),
        image(5, 16, 24, 3, rgb=True),
        image(5, 9, 16, 24),
        image(5, 3, 16, 24, axis_labels=("t", "z", "y", "x")),
    ],
)
def test_a_movie_is_accepted(layer: Image) -> None:
    source = movie_source(ViewerModel(), layer)
    assert (source.image, len(source)) == (layer, 5)


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (image(16, 24), "is one image; choose a movie"),
        (image(16, 24, 3, rgb=True), "is one image"),
        (image(1, 9, 16, 24), "is one image"),
        (image(9, 16, 24, axis_labels=("z", "y", "x")), "is one volume"),
        (image(9, 16, 24, units=("um", "um", "um")), "is one volume"),
        (image(5, 2, 16, 24), "2 planes along axis 1, which are probably channels"),
        (image(5, 16, 24, 2), "2 planes along axis 3, which are probably channels"),
        (image(5, 2, 9, 16, 24), "has 5 axes"),
        (image(5, 9, 16, 24, 3, rgb=True), "movie of RGB volumes"),
    ],
)
def test_other_images_are_refused(layer: Image, said: str) -> None:
    with pytest.raises(ImageFormatError, match=f"x: .*{said}"):
        movie_source(ViewerModel(), layer)


def test_no_image_at_all_and_labels_instead() -> None:
    viewer = ViewerModel()
    with pytest.raises(ImageFormatError, match="No movie to count in"):
        movie_source(viewer, None)
    viewer.add_labels(np.ones((4, 4), int), name="nuclei")
    with pytest.raises(ImageFormatError, match="nuclei: is a Labels layer"):
        movie_source(viewer, None)


def test_the_rest_of_a_movie_is_read_lazily() -> None:
    layer = Image(np.arange(5, dtype=np.uint8)[:, None, None] * np.ones((1, 8, 8), np.uint8))
    source = movie_source(ViewerModel(), layer)
    rest = source.from_frame(3)
    assert rest.shape == (2, 8, 8)
    assert [int(np.asarray(rest[t]).max()) for t in range(2)] == [3, 4]
    assert np.shares_memory(rest, source.pixels)


@pytest.mark.parametrize(
    ("layer", "minutes"),
    [
        (image(5, 8, 8, metadata={"devolearn": {"frame_interval": 1.5}}), 1.5),
        (image(5, 8, 8, units=("s", "um", "um"), scale=(90, 1, 1)), 1.5),
        (image(5, 8, 8), None),
        (None, None),
    ],
)
def test_minutes_between_frames(layer: Image | None, minutes: float | None) -> None:
    assert minutes_between_frames(layer) == minutes


def test_frames_without_a_file_are_missing() -> None:
    kept = {"devolearn": {"frames": (3, 4, 5, 6, 7), "missing": (4, 6)}}
    layer = Image(np.ones((5, 8, 8), np.uint8), axis_labels=("t", "y", "x"), metadata=kept)
    source = movie_source(ViewerModel(), layer)
    assert source.missing == {1, 3}
    assert source.from_frame(0).missing == {1, 3}
    rest = source.from_frame(2)
    assert (len(rest), rest.missing) == (3, {1})
