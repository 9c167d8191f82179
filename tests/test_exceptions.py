from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.bright_model import BrightModel
from napari_devolearn.inference.segment import segment


def test_a_warning_of_the_engine_points_at_the_caller() -> None:
    with pytest.warns(UserWarning, match="every pixel is 7") as warned:
        segment(np.full((2, 32, 32), 7, np.uint8), BrightModel(), voxel_size=(1.0, 0.2, 0.2))
    (one,) = [record for record in warned if "every pixel is 7" in str(record.message)]
    assert "napari_devolearn" not in Path(one.filename).parts
