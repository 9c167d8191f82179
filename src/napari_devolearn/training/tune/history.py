"""Plot of a hyperparameter search: best score over trials, and score over learning rate and batch size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.training.tune.study import TrialReport

_MARKERS = {"complete": "o", "pruned": "x", "failed": "|"}


def draw_history(path: Path, reports: Sequence[TrialReport]) -> None:
    """Plot the score of each trial, over the trials and over the learning rate, coloured by batch size.

    An existing file is replaced. Trials that failed before they had a score are at the bottom.
    Raises OutputError if it cannot be written.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 7), layout="constrained")
    over_trials, over_rates = figure.subplots(2)
    rising = [report for report in reports if report.best]
    if rising:
        until = [*(report.number for report in rising), reports[-1].number]
        over_trials.step(
            until, [*(r.score for r in rising), rising[-1].score], where="post", label="best so far"
        )
    lowest = min((report.score for report in reports if report.score is not None), default=0.0)
    batches = [report.batch for report in reports]
    for state, marker in _MARKERS.items():
        selected = [report for report in reports if report.state == state]
        if not selected:
            continue
        scores = [lowest if report.score is None else report.score for report in selected]
        over_trials.plot([report.number for report in selected], scores, marker, color="grey", label=state)
        dots = over_rates.scatter(
            [report.learning_rate for report in selected],
            scores,
            c=[report.batch for report in selected],
            marker=marker,
            vmin=min(batches),
            vmax=max(batches),
        )
    over_trials.set(xlabel="trial", ylabel="score, held out")
    over_trials.legend()
    over_rates.set(xlabel="learning rate", ylabel="score, held out", xscale="log")
    figure.colorbar(dots, ax=over_rates, label="batch")
    with atomic_file(path, overwrite=True) as stage:
        figure.savefig(stage, format="png", dpi=120)
