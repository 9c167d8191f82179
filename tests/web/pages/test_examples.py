from __future__ import annotations

import pytest

from napari_devolearn.models.registry import bundled_models
from napari_devolearn.web.pages.examples import EXAMPLES, example


def test_examples_are_calibrated_cached_and_offered_only_if_available() -> None:
    made = example("nucleus")
    assert made.voxel_size is not None
    assert made.frame_interval is not None
    assert example("nucleus") is made
    assert "neuron" not in EXAMPLES


@pytest.mark.parametrize("task", ["nucleus", "membrane", "lineage"])
def test_embryo_models_have_an_example(task) -> None:
    assert task in {files.spec.task for files in bundled_models()}
    assert task in EXAMPLES
