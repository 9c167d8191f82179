"""``napari-devolearn tune``: a prepared folder in, the learning rate and batch for ``train`` out."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn.cli.common.arguments import add_shared
from napari_devolearn.cli.common.progress import progress_bar

if TYPE_CHECKING:
    from napari_devolearn.training.tune.study import TrialReport


def add_subcommand(subcommands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subcommands.add_parser(
        "tune",
        help="look for the learning rate and the batch that learn best",
        description="Look for the learning rate (0.0005 to 0.02) and the batch (8 to 64) that learn best, by "
        "short trials on a part of the data. A study in STUDY goes on, after a kill too, and several "
        "machines may work on it at once. STUDY/best.json is what 'train --config' takes.",
    )
    add = parser.add_argument
    add("prepared", type=Path, metavar="DATA", help="a folder that 'prepare' wrote")
    add("-o", "--output", type=Path, required=True, metavar="STUDY", help="folder of the study")
    add("--trials", type=int, default=20, metavar="N", help="to add to the study (%(default)s)")
    add("--epochs", type=int, default=4, metavar="N", help="of each trial (%(default)s)")
    add(
        "--fraction",
        type=float,
        default=0.1,
        metavar="F",
        help="part of the time points that is used (%(default)s)",
    )
    add("--config", type=Path, metavar="FILE", help="choices as JSON, such as the network: as for 'train'")
    add_shared(parser, "device", "quiet")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Tune, with a line a trial."""
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
        raise TrainingError(f"{arguments.output}: no trial has succeeded; the last one: {report.problem}")
    print(f"{arguments.output / BEST}: for 'napari-devolearn train DATA --config'")


def _line(report: TrialReport) -> str:
    outcome = report.problem or f"score {report.score:.4f}{' (given up early)' * (report.state == 'pruned')}"
    return (
        f"trial {report.number}: learning rate {report.learning_rate:.2g}, batch {report.batch}: {outcome}, "
        f"{report.seconds:.0f} s{', the best so far' if report.best else ''}"
    )
