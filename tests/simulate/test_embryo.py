from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from napari_devolearn.io.ctc.tracktable import mask_problems, table_problems
from napari_devolearn.lineage.tracks import Presence, note_labels
from napari_devolearn.simulate.embryo import SimulatedEmbryo, simulate_embryo
from napari_devolearn.simulate.params import SimulateParams

PARAMS = SimulateParams(frames=8, nuclei=12, shape=(20, 64, 96), voxel_size=(1.2, 0.6, 0.6))


@pytest.fixture(scope="module")
def embryo() -> SimulatedEmbryo:
    return simulate_embryo(PARAMS)


def test_arrays_have_the_requested_shape(embryo: SimulatedEmbryo) -> None:
    assert embryo.image.shape == embryo.labels.shape == (8, 20, 64, 96)
    assert (embryo.image.dtype, embryo.labels.dtype) == (np.uint8, np.uint16)
    assert (embryo.voxel_size, embryo.frame_interval) == ((1.2, 0.6, 0.6), 1.0)


def test_same_seed_gives_the_same_bytes_whatever_numpy_did_before(embryo: SimulatedEmbryo) -> None:
    np.random.seed(1)  # noqa: NPY002 - the global state must have no effect
    again = simulate_embryo(PARAMS)
    assert again.image.tobytes() == embryo.image.tobytes()
    assert again.labels.tobytes() == embryo.labels.tobytes()
    assert again.tracks == embryo.tracks


def test_another_seed_gives_another_embryo(embryo: SimulatedEmbryo) -> None:
    other = simulate_embryo(dataclasses.replace(PARAMS, seed=1))
    assert not np.array_equal(other.labels, embryo.labels)


def test_tracks_and_labels_agree(embryo: SimulatedEmbryo) -> None:
    presence: Presence = {}
    for t, labels in enumerate(embryo.labels):
        note_labels(presence, t, labels)
    assert not table_problems([(str(row.label), row) for row in embryo.tracks.rows])
    assert not mask_problems(embryo.tracks, presence, range(PARAMS.frames))
    assert embryo.tracks.divisions()
    assert not embryo.tracks.gaps()


def test_nuclei_stand_out_of_the_background(embryo: SimulatedEmbryo) -> None:
    inside = embryo.image[embryo.labels > 0].mean()
    outside = embryo.image[embryo.labels == 0].mean()
    assert inside > outside + 30


def test_the_tiny_embryo_is_unchanged(tiny_embryo: SimulatedEmbryo) -> None:
    assert [np.unique(labels).tolist() for labels in tiny_embryo.labels] == [
        [0, 1, 2, 3],
        [0, 1, 2, 3],
        [0, 1, 3, 4, 5],
    ]
    assert tiny_embryo.tracks.graph == {4: [2], 5: [2]}
    assert tiny_embryo.labels[2, 3, 8, 44] == 4
    assert tiny_embryo.labels[2, 3, 28, 44] == 5
