from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from napari.layers import Labels, Tracks

from helpers.drawn.lineage import FRAMES, drawn_labels, drawn_tracks
from helpers.files.ctc_folders import write_dataset, write_masks
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.postprocess.centroids import track_points
from napari_devolearn.widgets.evaluate.source import (
    frames_of_layer,
    position_in,
    tracks_of_layer,
    truth_of_layer,
)

MOVIE = drawn_labels()
NUMBERED = {"metadata": {"devolearn": {"frames": FRAMES}}, "translate": (7, 0, 0, 0)}


@pytest.mark.parametrize(
    ("layer", "shape", "numbers", "position"),
    [
        (Labels(MOVIE, **NUMBERED), (2, 6, 8), FRAMES, [1, 0, 2, 3]),
        (Labels(MOVIE), (2, 6, 8), range(5), [1, 0, 2, 3]),
        (Labels(MOVIE[:, 0], axis_labels=("t", "y", "x")), (1, 6, 8), range(5), [1, 2, 3]),
        (Labels(MOVIE[0]), (2, 6, 8), [0], [0, 2, 3]),
        (Labels(MOVIE[0, 0]), (1, 6, 8), [0], [2, 3]),
    ],
    ids=["tzyx with numbers", "tzyx", "tyx", "zyx", "yx"],
)
def test_frames_of_a_layer(layer: Labels, shape, numbers, position: list[float]) -> None:
    frames = frames_of_layer(layer)
    assert frames.shape == shape
    assert list(frames.planes) == list(numbers)
    second = list(numbers)[min(1, len(numbers) - 1)]
    assert position_in(layer, second, (0, 2, 3)) == position
    expected = MOVIE[1 if len(numbers) > 1 else 0][: shape[0]]
    np.testing.assert_array_equal(frames.read(second), expected)


def test_frames_without_a_file_are_ignored() -> None:
    layer = Labels(MOVIE, metadata={"devolearn": {"frames": FRAMES, "missing": FRAMES[1:3]}})
    assert list(frames_of_layer(layer).planes) == [FRAMES[0], *FRAMES[3:]]


def test_five_axes_are_refused() -> None:
    with pytest.raises(ImageFormatError, match="has 5 axes"):
        frames_of_layer(Labels(MOVIE[None]))


def test_only_frames_with_a_mask_are_ground_truth(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path) / "01_GT/SEG"
    ours = NUMBERED["metadata"]["devolearn"] | {"source": str(folder)}
    assert truth_of_layer(Labels(MOVIE, metadata={"devolearn": ours})).planes == {8: (1,)}
    elsewhere = ours | {"source": str(write_masks(tmp_path / "other", "t{:03d}.tif", ""))}
    assert list(truth_of_layer(Labels(MOVIE, metadata={"devolearn": elsewhere})).planes) == list(FRAMES)


@pytest.mark.parametrize(("first", "translate"), [(0, 7), (7, 0)], ids=["Track dock", "reader"])
def test_tracks_count_in_the_frames_of_their_labels(first: int, translate: int) -> None:
    points = track_points(MOVIE)
    points[:, 1] += first
    layer = Tracks(points, graph=drawn_tracks().graph, translate=(translate, 0, 0, 0))
    assert tracks_of_layer(layer, Labels(MOVIE, **NUMBERED)) == drawn_tracks()
    with pytest.raises(ImageFormatError, match="outside the 3 frames"):
        tracks_of_layer(layer, Labels(MOVIE[:3], translate=(7, 0, 0, 0), name="short"))
