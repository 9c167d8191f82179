"""Examples come from the simulator, for every task that it draws."""

from __future__ import annotations

import pytest

from napari_devolearn.models.registry import bundled_models
from napari_devolearn.web.pages.examples import example, has_example


def test_an_example_is_calibrated_made_once_and_never_offered_where_there_is_none() -> None:
    made = example("nucleus")
    assert made is not None
    assert made.voxel_size is not None
    assert made.frame_interval is not None
    assert example("nucleus") is made
    assert not has_example("neuron")
    assert example("neuron") is None


@pytest.mark.parametrize("task", ["nucleus", "membrane", "lineage"])
def test_the_models_of_embryos_have_one(task) -> None:
    assert task in {files.spec.task for files in bundled_models()}
    assert has_example(task)
