"""The curve of a run: a table, and a picture of loss, scores and learning rate."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from napari_devolearn.io.writing.atomic import atomic_file, atomic_text
from napari_devolearn.training.fit.report import EpochReport


def write_curve(path: Path, reports: Sequence[EpochReport]) -> None:
    """Write a row for each epoch.

    Parameters
    ----------
    path : Path
        The CSV file; replaced if it exists.
    reports : sequence of EpochReport
        At least one.

    Raises
    ------
    OutputError
        If it cannot be written.
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
    """Draw loss, first score and learning rate over the epochs, with a mark at the best one.

    Parameters
    ----------
    path : Path
        The PNG file; replaced if it exists.
    reports : sequence of EpochReport
        At least one.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    from matplotlib.figure import Figure

    epochs = [row.epoch + 1 for row in reports]
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
    panels[1].plot(best.epoch + 1, best.score, "o", label=f"best: {best.score:.3f}, epoch {best.epoch + 1}")
    panels[1].legend()
    panels[2].set_xlabel("epoch")
    with atomic_file(path, overwrite=True) as stage:
        figure.savefig(stage, format="png", dpi=120)
