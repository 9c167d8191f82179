"""One model for all tests of scores, because loading it takes seconds."""

from __future__ import annotations

import pytest

from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model


@pytest.fixture(scope="session")
def nucleus() -> Model:
    """The bundled nucleus model, on the CPU."""
    return load_model("nucleus", device="cpu")
