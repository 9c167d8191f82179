from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.simulate.embryo import SimulatedEmbryo
from napari_devolearn.simulate.membranes.embryo import simulate_membranes
from napari_devolearn.simulate.membranes.glow import CONTACT, membrane_kinds
from napari_devolearn.simulate.params import SimulateParams

PARAMS = SimulateParams(
    frames=2,
    frame_interval=5.0,
    shape=(16, 48, 64),
    voxel_size=(1.0, 0.5, 0.5),
    nuclei=8,
    eggshell=(14.0, 22.0, 29.0),
)


@pytest.fixture(scope="module")
def embryo() -> SimulatedEmbryo:
    return simulate_membranes(PARAMS)


def test_each_nucleus_has_its_cell_and_some_divide(embryo: SimulatedEmbryo) -> None:
    assert embryo.image.shape == embryo.labels.shape == (2, 16, 48, 64)
    assert (embryo.image.dtype, embryo.labels.dtype) == (np.uint8, np.uint16)
    assert len(embryo.tracks.rows) > 8
    for t in range(2):
        present = {row.label for row in embryo.tracks.rows if row.begin <= t <= row.end}
        assert set(np.unique(embryo.labels[t])) == {0, *present}


def test_contacts_are_brighter_than_cells_and_outside(embryo: SimulatedEmbryo) -> None:
    image, labels = embryo.image[0, 8], embryo.labels[0, 8]
    contact = image[membrane_kinds(labels) == CONTACT].mean()
    assert contact > 2 * image[(labels > 0) & (membrane_kinds(labels) == 0)].mean()
    assert contact > 4 * image[labels == 0].mean()


def test_the_same_seed_gives_the_same_bytes(embryo: SimulatedEmbryo) -> None:
    assert simulate_membranes(PARAMS).image.tobytes() == embryo.image.tobytes()


@pytest.mark.parametrize("voxel_size", [(1.0, 0.5, 0.4), (0.7, 0.5, 0.5)])
def test_a_grid_that_cubes_do_not_fill_is_refused(voxel_size: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="square pixels"):
        simulate_membranes(SimulateParams(nuclei=4, voxel_size=voxel_size))
