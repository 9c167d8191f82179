from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from napari_devolearn.evaluation.detection import detection_scores
from napari_devolearn.evaluation.overlap import overlap_of
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.segment import segment
from napari_devolearn.simulate.embryo import SimulatedEmbryo
from napari_devolearn.simulate.membranes.embryo import SMALL, simulate_membranes


@pytest.fixture(scope="module")
def membrane() -> Model:
    """The bundled membrane model, on the CPU."""
    return load_model("membrane", device="cpu")


@pytest.fixture(scope="module")
def embryo() -> SimulatedEmbryo:
    """One frame of 16 cells in (36, 96, 152) voxels."""
    return simulate_membranes(dataclasses.replace(SMALL, frames=1))


def test_all_cells_of_a_volume_are_found_without_false_positives(
    membrane: Model, embryo: SimulatedEmbryo
) -> None:
    labels = segment(embryo.image[0], membrane, voxel_size=embryo.voxel_size)
    scores = detection_scores([overlap_of(labels, embryo.labels[0])])
    assert scores["f1"] == 1


def test_most_cells_are_found_in_a_single_slice(membrane: Model, embryo: SimulatedEmbryo) -> None:
    middle = len(embryo.image[0]) // 2
    labels = segment(embryo.image[0, middle], membrane, voxel_size=embryo.voxel_size[1:])
    scores = detection_scores([overlap_of(labels, embryo.labels[0, middle])])
    assert scores["f1"] is not None
    assert scores["f1"] >= 0.85


def test_outside_the_embryo_there_are_no_cells(membrane: Model, embryo: SimulatedEmbryo) -> None:
    labels = segment(embryo.image[0], membrane, voxel_size=embryo.voxel_size)
    outside = embryo.labels[0] == 0
    assert np.count_nonzero(labels[outside]) < 0.05 * np.count_nonzero(labels)
