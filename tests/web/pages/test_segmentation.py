from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.bright_model import BrightModel, bright_movie
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.segment import segment
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.ctc.masks import read_labels
from napari_devolearn.web.pages.results import counts_of, write_segmented
from napari_devolearn.web.pages.segmentation import Segmentation

VOXEL = (1.0, 0.5, 0.5)


def stack_of(image: np.ndarray) -> Stack:
    return Stack(data=image, name="boxes", source=Path("boxes.tif"), voxel_size=VOXEL, frames=(4, 5, 6))


@pytest.fixture
def made() -> Segmentation:
    """Three frames of (4, 24, 32) with 1, 2 and 3 boxes of value 200, 201 and 202."""
    return Segmentation(stack_of(bright_movie(3)), VOXEL, BrightModel(), SegmentParams(), lambda: None)


def run(made: Segmentation) -> None:
    while made.step():
        pass


def test_labels_equal_those_of_the_pipeline_and_the_current_frame_is_first(made) -> None:
    made.visible = 1
    for _ in range(4 + 1):
        made.step()
    assert list(made.tables) == [1]
    assert not made.finished
    run(made)
    assert made.finished
    assert [len(made.tables[t]) for t in range(3)] == [1, 2, 3]
    assert made.tables[2]["frame"].unique() == [6]
    whole = segment(bright_movie(3), BrightModel(), SegmentParams(), voxel_size=VOXEL)
    for t in range(3):
        np.testing.assert_array_equal(made.labels(t), whole[t])


def test_another_threshold_needs_no_forward_pass(made) -> None:
    run(made)
    passes = made.model.forward_passes
    assert passes == 12
    made.params = SegmentParams(threshold=200.5 / 255)
    assert not made.finished
    run(made)
    assert [len(made.tables[t]) for t in range(3)] == [0, 2, 3]
    assert made.model.forward_passes == passes


def test_a_pending_slice_has_no_probability(made) -> None:
    assert made.probability(0, 0) is None
    run(made)
    assert made.probability(0, 1).max() == 200


def test_an_error_is_stored_in_one_line(made) -> None:
    made.fail(ValueError("a slice\n  is odd"))
    assert made.error == "a slice is odd"


def test_a_mistyped_voxel_size_is_refused_before_anything_is_allocated() -> None:
    with pytest.raises(ImageFormatError, match=r"boxes\.tif: pixels of 900 x 900 um"):
        Segmentation(
            stack_of(bright_movie(3)), (1.0, 900.0, 900.0), BrightModel(), SegmentParams(), lambda: None
        )


def test_a_missing_frame_is_not_an_empty_frame(tmp_path: Path) -> None:
    stack = replace(stack_of(bright_movie(3)), missing=frozenset({5}), frame_interval=1.5)
    made = Segmentation(stack, VOXEL, BrightModel(), SegmentParams(), lambda: None)
    run(made)
    assert made.finished
    assert made.slices_done == made.slices == 2 * 4
    assert sorted(made.tables) == [0, 2]
    assert counts_of(made)[["frame", "minutes", "count"]].to_numpy().tolist() == [[4, 6, 1], [6, 9, 3]]
    for name in ("labels.ome.tif", "centroids.csv"):
        write_segmented(tmp_path / name, made)
    assert read_labels(tmp_path / "labels.ome.tif").missing == {5}
    assert pd.read_csv(tmp_path / "centroids.csv")["minutes"].tolist() == [6, 9, 9, 9]
