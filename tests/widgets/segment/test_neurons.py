from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from napari.layers import Image
from napari.viewer import Viewer

from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.session import Session

Run = Callable[..., Session]


@pytest.fixture
def image(viewer: Viewer) -> Image:
    """Noise on a bright background, (96, 128) pixels of unknown size, RGB."""
    grain = np.random.default_rng(0).normal(150, 3, (96, 128, 3)).astype(np.uint8)
    return viewer.add_image(grain, rgb=True, name="photo")


@pytest.mark.filterwarnings("ignore:voxel size unknown")
def test_an_rgb_image_gets_labels_on_its_grid(run: Run, image: Image, dock: SegmentDock) -> None:
    dock.choice.model.value = "neuron"
    assert list(dock.fields["output"].choices) == ["instances", "mask"]

    session = run("current slice")

    assert session.result.layer.name == "photo neurons"
    assert session.result.layer.data.shape == (96, 128)
    assert session.movie.voxel_size == (1.0, 1.0, 1.0)  # 128 um along the longer edge
    dock.bar.probability.value = True
    assert session.probability.data.shape == (96, 128)


def test_other_models_tell_what_to_do_with_rgb(dock: SegmentDock, image: Image, notes: list[str]) -> None:
    dock.choice.model.value = "nucleus"
    dock.run_block.run.native.click()
    assert "photo: is RGB" in notes[-1]
