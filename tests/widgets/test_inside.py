from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from napari.layers import Image

from helpers.bright_model import BrightModel
from napari_devolearn._types import Probability
from napari_devolearn.inference.embryo_mask import EmbryoMaskedModel
from napari_devolearn.models.registry import find_model
from napari_devolearn.widgets.segment import run as run_module
from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.frame_store import stored_run
from napari_devolearn.widgets.segment.session import Session, Source

NUCLEUS, EMBRYO = find_model("nucleus").spec, find_model("embryo").spec


class LeftHalf(BrightModel):
    """Predicts the left half of each slice as the embryo:  ###..."""

    def predict_planes(self, batch: list[np.ndarray], *_: object) -> list[Probability]:
        said = [np.zeros((1, *plane.shape), np.uint8) for plane in batch]
        for outputs in said:
            outputs[..., : outputs.shape[-1] // 2] = 255
        return said


@pytest.fixture(autouse=True)
def models(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"nucleus": BrightModel(spec=NUCLEUS), "embryo": LeftHalf(spec=EMBRYO)}
    monkeypatch.setattr(run_module, "load_in_background", lambda name, *_: made[name])


def test_nothing_is_found_outside_the_embryo(dock: SegmentDock, run: Callable[[str], Session]) -> None:
    everywhere = run("current slice")
    dock.choice.inside.value = True
    session = run("current slice")
    assert session is not everywhere
    assert isinstance(session.model, EmbryoMaskedModel)
    half = session.cache.data.shape[-1] // 2
    np.testing.assert_array_equal(session.cache.data[..., :half], everywhere.cache.data[..., :half])
    assert everywhere.cache.data[..., half:].any()
    assert not session.cache.data[..., half:].any()


def test_only_models_of_nuclei_and_cells_can_be_restricted(dock: SegmentDock) -> None:
    dock.choice.inside.value = True
    dock.choice.model.value = "neuron"
    assert not dock.choice.inside.enabled
    dock.choice.model.value = "membrane"
    assert dock.choice.inside.enabled


def test_stored_runs_differ_by_the_restriction(image: Image) -> None:
    """Frames of an unrestricted run are not used for a restricted one."""
    sources = [Source(image, image.data, (1.0, 0.5, 0.5), "nucleus", inside) for inside in (False, True)]
    one, other = (stored_run(source, source.movie(NUCLEUS), NUCLEUS) for source in sources)
    assert one.fingerprint != other.fingerprint
