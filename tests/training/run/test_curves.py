from __future__ import annotations

import math

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from napari_devolearn.training.fit.report import EpochReport
from napari_devolearn.training.run.curves import draw_scores


def report(epoch: int, score: float, *, best: bool) -> EpochReport:
    return EpochReport(
        epoch=epoch,
        loss=math.nan,
        scores={"iou": score},
        learning_rate=1e-3,
        seconds=1.0,
        batch=8,
        best=best,
    )


@pytest.mark.parametrize("scores", [(0.91, 0.89, 0.86), (0.6, 0.7, 0.9)], ids=["falling", "rising"])
def test_the_legend_does_not_hide_the_curve(scores: tuple[float, ...]) -> None:
    reports = [report(epoch, score, best=score == max(scores)) for epoch, score in enumerate(scores)]
    figure = Figure(figsize=(4.2, 2.5))
    canvas = FigureCanvasAgg(figure)
    draw_scores(figure, reports)
    canvas.draw()
    axes = figure.axes[0]
    legend = axes.get_legend().get_window_extent()
    for point in enumerate(scores):
        assert not legend.contains(*axes.transData.transform(point))
