from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.bright_model import SPEC, BrightModel
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.web.pages.results import write_segmented
from napari_devolearn.web.pages.segmentation import Segmentation


def test_embryo_sizes_have_one_row_per_frame(tmp_path: Path) -> None:
    """A bar of 10 by 20 um in the first frame; in the second one it is cut by the image's edge."""
    movie = np.zeros((2, 1, 60, 80), np.uint8)
    movie[0, 0, 20:40, 10:50] = 250
    movie[1, 0, 20:40, :50] = 250
    stack = Stack(data=movie, name="bar", source=Path("bar.tif"), frames=(7, 8), frame_interval=2.0)
    model = BrightModel(spec=replace(SPEC, task="embryo"))
    made = Segmentation(stack, (1, 0.5, 0.5), model, SegmentParams(), lambda: None)
    while made.step():
        pass
    write_segmented(tmp_path / "sizes.csv", made)
    table = pd.read_csv(tmp_path / "sizes.csv")
    assert table["frame"].tolist() == [7, 8]
    assert table["minutes"].tolist() == [14, 16]
    first, second = table.iloc[0], table.iloc[1]
    assert (first["length_um"], first["width_um"]) == pytest.approx((20, 10), abs=0.6)
    assert first["area_um2"] == 200
    assert second["cut"] == "side"
    assert np.isnan(second["length_um"])
