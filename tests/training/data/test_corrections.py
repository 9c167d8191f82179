from __future__ import annotations

import numpy as np
import pytest

import napari_devolearn as nd
from napari_devolearn.evaluation.evaluate import find_truth
from napari_devolearn.exceptions import DatasetError
from napari_devolearn.simulate.embryo import SimulatedEmbryo
from napari_devolearn.training.data.corrections import write_corrections
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.plan import plan_preparation


@pytest.mark.filterwarnings("ignore:.*no file for the frames")
def test_corrected_frames_are_a_data_set_that_prepare_finds(tmp_path, tiny_embryo: SimulatedEmbryo) -> None:
    folder = write_corrections(
        tmp_path / "mine", tiny_embryo.image, tiny_embryo.labels, [0, 2], voxel_size=tiny_embryo.voxel_size
    )
    stack = nd.read_ctc(folder / "01")
    assert (stack.frames, stack.missing) == ((0, 1, 2), {1})
    assert stack.voxel_size == pytest.approx(tiny_embryo.voxel_size)
    truth = nd.read_labels(find_truth(folder)[0])
    np.testing.assert_array_equal(np.asarray(truth.data[2]), tiny_embryo.labels[2])
    (source,) = plan_preparation([folder], PrepareParams()).sources
    assert len(source.volumes) == 2


def test_missing_corrections_and_different_shapes_are_refused(tmp_path, tiny_embryo: SimulatedEmbryo) -> None:
    with pytest.raises(DatasetError, match="no corrected frames"):
        write_corrections(tmp_path / "mine", tiny_embryo.image, tiny_embryo.labels, [])
    with pytest.raises(DatasetError, match="give an image and its labels"):
        write_corrections(tmp_path / "mine", tiny_embryo.image[:1], tiny_embryo.labels, [0])
    assert not (tmp_path / "mine").exists()
