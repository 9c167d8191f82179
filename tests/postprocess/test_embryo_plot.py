from __future__ import annotations

import math

import pandas as pd
import pytest
from matplotlib.figure import Figure

from napari_devolearn.postprocess.embryo_plot import draw_outline_plot


def table(volume: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "frame": [0, 1, 2],
            "length_um": [50.0, math.nan, 51.0],
            "width_um": [30.0, math.nan, 31.0],
            "area_um2": [1200.0, math.nan, 1250.0],
            "volume_um3": [volume] * 3,
            "orientation_deg": [10.0, math.nan, 12.0],
        }
    )


@pytest.mark.parametrize(("volume", "said"), [(20000.0, "volume"), (math.nan, "area")])
def test_volume_or_else_area_is_plotted(volume: float, said: str) -> None:
    figure = Figure()
    draw_outline_plot(figure, table(volume), frame_interval=1.5)
    sizes, whole, angle = figure.axes
    assert [line.get_label() for line in sizes.lines] == ["length", "width"]
    assert whole.get_ylabel().startswith(said)
    assert angle.get_xlabel() == "time (min)"
    assert list(angle.lines[0].get_xdata()) == [0, 1.5, 3.0]
    assert sizes.get_ylim()[0] == 0, "a change of a percent must not fill the plot"


def test_without_an_embryo_the_plot_is_empty() -> None:
    figure = Figure()
    empty = table(math.nan)
    empty.iloc[:, 1:] = math.nan
    draw_outline_plot(figure, empty)
    assert len(figure.axes) == 3
