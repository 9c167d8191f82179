from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from helpers.drawn.populations import SPEED, START, drawn_populations
from napari_devolearn.lineage.decoding.clock import Clock
from napari_devolearn.lineage.plot.figure import DrawnPlot, Limits, draw_populations
from napari_devolearn.lineage.plot.palette import PALETTES
from napari_devolearn.lineage.plot.style import PlotStyle
from napari_devolearn.lineage.populations import SERIES, Populations

LOOK = PlotStyle()


def draw(*populations: Populations, style: PlotStyle = LOOK, limits: Limits | None = None) -> DrawnPlot:
    return draw_populations(Figure(), populations, style, limits)


def styles(plot: DrawnPlot) -> list[str]:
    return [line.get_linestyle() for line in plot.axes.lines]


def test_a_curve_and_points_for_each_lineage() -> None:
    drawn = drawn_populations()
    plot = draw(drawn)
    curves = plot.axes.lines[::2]
    np.testing.assert_array_equal(np.transpose([line.get_ydata() for line in curves]), drawn.counts)
    colours = [to_hex(line.get_color()).upper() for line in curves]
    assert colours == [PALETTES["light"].series[name] for name in SERIES]
    assert styles(plot) == ["-", "None"] * 8


def test_an_unmeasured_frame_has_no_points() -> None:
    plot = draw(drawn_populations(20, measured=np.arange(20) != 7))
    points = np.transpose([line.get_ydata() for line in plot.axes.lines[1::2]])
    assert np.flatnonzero(np.isnan(points).all(axis=1)).tolist() == [7]
    assert np.isfinite(plot.home[1][1])


def test_tracks_are_dashed_next_to_curves_of_a_model() -> None:
    plot = draw(drawn_populations(), drawn_populations(source="tracks", raw=None, trusted=None))
    assert styles(plot)[-8:] == ["--"] * 8


def test_the_position_of_the_band_follows_the_clock() -> None:
    drawn = drawn_populations()
    clock = Clock(start=START, speed=SPEED)
    plot = draw(drawn, style=replace(LOOK, clock=clock, hidden=frozenset(SERIES[:-1])))
    assert len(plot.axes.collections) == 1
    middle = next(line for line in plot.axes.lines if line.get_linestyle() == ":")
    there = np.interp(drawn.frame, middle.get_xdata(), middle.get_ydata())
    np.testing.assert_allclose(there, drawn.counts[:, -1], atol=2.6)  # counts are whole in each lineage
    (ages,) = plot.axes.child_axes
    plot.axes.figure.draw_without_rendering()
    assert ages.get_xlim() == pytest.approx(START + SPEED * np.array(plot.axes.get_xlim()))


def test_uncertain_frames_are_hatched() -> None:
    trusted = np.arange(20) % 10 >= 2
    plot = draw(drawn_populations(20, trusted=trusted))
    spans = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in plot.axes.patches]
    assert spans == [(-0.5, 1.5), (9.5, 11.5)]


def test_limits_are_as_given_or_show_all() -> None:
    plot = draw(drawn_populations(20), style=replace(LOOK, frames=50, scale="log"))
    assert (plot.axes.get_xlim(), plot.axes.get_ylim()) == plot.home
    assert plot.home[0] == (-0.5, 49.5)
    assert plot.axes.get_yscale() == "symlog"
    assert draw(drawn_populations(20), limits=((3, 8), (0, 5))).axes.get_xlim() == (3, 8)


def test_the_legend_has_each_lineage_and_fades_hidden_ones() -> None:
    plot = draw(drawn_populations(), style=replace(LOOK, hidden=frozenset({"E"})))
    assert set(plot.legend.values()) == set(SERIES)
    assert {name for artist, name in plot.legend.items() if artist.get_alpha() != 1} == {"E"}
    texts = [text.get_text() for text in plot.axes.get_legend().get_texts()]
    assert texts[:3] == ["AB", "E", "MS"]


def test_text_fits_into_a_small_figure_and_is_large_enough() -> None:
    figure = Figure(figsize=(3.0, 2.4), dpi=100)
    clock = Clock(start=START, speed=SPEED)
    both = [drawn_populations(), drawn_populations(source="tracks", raw=None, trusted=None)]
    plot = draw_populations(figure, both, replace(LOOK, clock=clock))
    figure.draw_without_rendering()
    legend = plot.axes.get_legend()
    assert len(legend.get_texts()) == 13
    box = legend.get_window_extent()
    assert box.y0 >= 0
    assert plot.axes.get_window_extent().x1 < box.x0
    assert box.x1 <= 300
    sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text()]
    assert min(sizes) >= 9


def test_a_long_name_is_cut_before_the_legend() -> None:
    figure = Figure(figsize=(3.0, 2.4), dpi=100)
    long = replace(drawn_populations(), name="embryo_timelapse_of_the_second_of_November")
    plot = draw_populations(figure, [long], LOOK)
    figure.draw_without_rendering()
    (title,) = figure.texts
    assert title.get_text().endswith("…")
    assert title.get_window_extent().x1 < plot.axes.get_legend().get_window_extent().x0
