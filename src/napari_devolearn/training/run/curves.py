"""Training curve of a run: a table, and a plot of loss, score and learning rate."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.io.writing.atomic import atomic_file, atomic_text
from napari_devolearn.lineage.plot.palette import PALETTES
from napari_devolearn.training.fit.report import EpochReport

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_curve(path: Path, reports: Sequence[EpochReport]) -> None:
    """Write one CSV row per epoch; an existing file is replaced.

    Raises OutputError if it cannot be written.
    """
    after = ("learning_rate", "seconds", "batch", "best")
    with atomic_text(path, overwrite=True) as lines:
        table = csv.writer(lines)
        table.writerow(["epoch", "loss", *reports[0].scores, *after])
        for row in reports:
            table.writerow(
                [row.epoch, row.loss, *row.scores.values(), *(getattr(row, name) for name in after)]
            )


def draw_curve(path: Path, reports: Sequence[EpochReport]) -> None:
    """Plot loss, first score and learning rate over the epochs, with a mark at the best; a file is replaced.

    Raises OutputError if it cannot be written.
    """
    from matplotlib.figure import Figure

    epochs = [row.epoch for row in reports]
    score_name = next(iter(reports[0].scores))
    best = next(row for row in reversed(reports) if row.best)
    figure = Figure(figsize=(7, 7), layout="constrained")
    panels = figure.subplots(3, sharex=True)
    lines = {
        "loss": [row.loss for row in reports],
        f"{score_name}, held out": [row.score for row in reports],
        "learning rate": [row.learning_rate for row in reports],
    }
    for axes, (name, values) in zip(panels, lines.items(), strict=True):
        axes.plot(epochs, values, marker="." if len(reports) < 30 else "")
        axes.set_ylabel(name)
        axes.grid(alpha=0.3)
    panels[1].plot(best.epoch, best.score, "o", label=f"best: {best.score:.3f}, epoch {best.epoch}")
    panels[1].legend()
    panels[2].set_xlabel("epoch")
    with atomic_file(path, overwrite=True) as stage:
        figure.savefig(stage, format="png", dpi=120)


def draw_scores(figure: Figure, reports: Sequence[EpochReport], *, dark: bool = False) -> None:
    """Plot the first score over the epochs, with the initial score as a line and a mark at the best.

    `figure`: its content is replaced.
    `dark`: use a dark background, as in napari.
    """
    from matplotlib.ticker import MaxNLocator

    palette = PALETTES["dark" if dark else "light"]
    figure.clear()
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    best = next(row for row in reversed(reports) if row.best)
    axes.plot(
        [row.epoch for row in reports], [row.score for row in reports], ".-", color=palette.series["MS"]
    )
    axes.plot(best.epoch, best.score, "o", color=palette.series["AB"], label=f"best {best.score:.3f}")
    if reports[0].epoch == 0:
        label = f"start {reports[0].score:.3f}"
        axes.axhline(reports[0].score, color=palette.text, linestyle="--", linewidth=1, label=label)
    axes.set(xlabel="epoch", ylabel=f"{next(iter(best.scores))}, held out")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    palette.paint(axes)
    axes.grid(alpha=0.3)
    axes.legend(loc="best", labelcolor=palette.text, facecolor=palette.ground)
