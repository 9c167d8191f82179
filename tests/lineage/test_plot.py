"""What is drawn, and that a zoomed view stays where it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from drawn_populations import SPEED, START, drawn_populations
from napari_devolearn.lineage.clock import Clock
from napari_devolearn.lineage.palette import PALETTES
from napari_devolearn.lineage.plot import PopulationPlot
from napari_devolearn.lineage.plot_look import PlotLook
from napari_devolearn.lineage.populations import SERIES

LOOK = PlotLook()


@pytest.fixture
def plot() -> PopulationPlot:
    return PopulationPlot(Figure())


def styles(plot: PopulationPlot) -> list[str]:
    return [line.get_linestyle() for line in plot.axes.lines]


def test_a_curve_and_points_for_each_lineage(plot: PopulationPlot) -> None:
    drawn = drawn_populations()
    plot.draw([drawn], LOOK)
    curves = plot.axes.lines[::2]
    np.testing.assert_array_equal(np.transpose([line.get_ydata() for line in curves]), drawn.counts)
    colours = [to_hex(line.get_color()).upper() for line in curves]
    assert colours == [PALETTES["light"].series[name] for name in SERIES]
    assert styles(plot) == ["-", "None"] * 8


def test_tracks_are_dashed_beside_a_models_curves(plot: PopulationPlot) -> None:
    plot.draw([drawn_populations(), drawn_populations(source="tracks", raw=None, trusted=None)], LOOK)
    assert styles(plot)[-8:] == ["--"] * 8


def test_drawing_again_leaves_nothing_behind(plot: PopulationPlot) -> None:
    full = replace(LOOK, clock=Clock(start=START, speed=SPEED), theme="dark", scale="log")
    plot.draw([drawn_populations()], full)
    assert len(plot.axes.collections) == 8
    plot.draw([drawn_populations()], replace(full, hidden=frozenset({"AB", "total"})))
    assert len(plot.axes.collections) == 6
    plot.draw([], LOOK)
    assert not [*plot.axes.lines, *plot.axes.collections, *plot.axes.patches, *plot.axes.child_axes]


def test_the_band_lies_where_the_clock_says(plot: PopulationPlot) -> None:
    drawn = drawn_populations()
    plot.draw([drawn], replace(LOOK, clock=Clock(start=START, speed=SPEED), hidden=frozenset(SERIES[:-1])))
    middle = next(line for line in plot.axes.lines if line.get_linestyle() == ":")
    there = np.interp(drawn.frame, middle.get_xdata(), middle.get_ydata())
    np.testing.assert_allclose(there, drawn.counts[:, -1], atol=2.6)  # counts are whole in each lineage
    (ages,) = plot.axes.child_axes
    plot.axes.figure.draw_without_rendering()
    assert ages.get_xlim() == pytest.approx(START + SPEED * np.array(plot.axes.get_xlim()))


def test_frames_in_doubt_are_hatched(plot: PopulationPlot) -> None:
    trusted = np.arange(20) % 10 >= 2
    plot.draw([drawn_populations(20, trusted=trusted)], LOOK)
    spans = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in plot.axes.patches]
    assert spans == [(-0.5, 1.5), (9.5, 11.5)]


def test_a_zoomed_view_stays_until_the_scale_changes(plot: PopulationPlot) -> None:
    plot.draw([drawn_populations(20)], replace(LOOK, frames=50))
    assert plot.axes.get_xlim() == (-0.5, 49.5)
    plot.axes.set_xlim(3, 8)
    plot.draw([drawn_populations(30)], LOOK)
    assert plot.axes.get_xlim() == (3, 8)
    plot.draw([drawn_populations(30)], replace(LOOK, scale="log"))
    assert plot.axes.get_xlim() == (-0.5, 29.5)
    assert plot.axes.get_yscale() == "symlog"


def test_the_legend_names_each_lineage_and_fades_hidden_ones(plot: PopulationPlot) -> None:
    plot.draw([drawn_populations()], replace(LOOK, hidden=frozenset({"E"})))
    assert set(plot.legend.values()) == set(SERIES)
    assert {name for artist, name in plot.legend.items() if artist.get_alpha() != 1} == {"E"}
