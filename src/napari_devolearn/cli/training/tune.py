"""Find the best learning rate and batch size.

Learning rates from 0.0005 to 0.02 and batch sizes from 8 to 64 are compared by short trials on a subset of
the data. An existing study in STUDY is continued, also after an interruption; several machines can work on it
at once. Use STUDY/best.json for 'train --config'.
"""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.cli.common.arguments import add_shared
from napari_devolearn.cli.common.progress import progress_bar

if TYPE_CHECKING:
    from napari_devolearn.training.tune.study import TrialReport


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add("prepared", type=Path, metavar="DATA", help="a folder written by 'prepare'")
    add("-o", "--output", type=Path, required=True, metavar="STUDY", help="folder of the study")
    add("--trials", type=int, default=20, metavar="N", help="trials to add to the study (%(default)s)")
    add("--epochs", type=int, default=4, metavar="N", help="epochs per trial (%(default)s)")
    add(
        "--fraction",
        type=float,
        default=0.1,
        metavar="F",
        help="fraction of the time points to use (%(default)s)",
    )
    add("--config", type=Path, metavar="FILE", help="options as JSON, such as the network, as for 'train'")
    add_shared(parser, "device", "quiet")


def run(arguments: argparse.Namespace) -> None:
    """Tune, and print one line per trial."""
    from napari_devolearn.training.run.extra import check_extra

    check_extra()

    from napari_devolearn.exceptions import TrainingError
    from napari_devolearn.inference.backends.device import resolve_device
    from napari_devolearn.training.run.config import read_config
    from napari_devolearn.training.run.prepared import prepared_recipe
    from napari_devolearn.training.tune.trials import BEST, TuneParams, iter_tune

    params = TuneParams(trials=arguments.trials, epochs=arguments.epochs, fraction=arguments.fraction)
    choices = read_config(arguments.config) if arguments.config else {}
    recipe = prepared_recipe(arguments.prepared, {"name": "tune", **choices})
    device = resolve_device(arguments.device)
    with progress_bar(params.trials, "trial", quiet=arguments.quiet) as bar:
        trials = iter_tune(recipe, arguments.prepared, arguments.output, params, device=device)
        with closing(trials):
            for report in trials:
                bar.write(_line(report))
                bar.update()
    if not (arguments.output / BEST).exists():
        raise TrainingError(
            f"{arguments.output}: no trial succeeded; the last one failed with: {report.problem}"
        )
    print(f"{arguments.output / BEST}: for 'napari-devolearn train DATA --config'")


def _line(report: TrialReport) -> str:
    outcome = report.problem or f"score {report.score:.4f}{' (stopped early)' * (report.state == 'pruned')}"
    return (
        f"trial {report.number}: learning rate {report.learning_rate:.2g}, batch {report.batch}: {outcome}, "
        f"{report.seconds:.0f} s{', best so far' if report.best else ''}"
    )
