"""Train a model.

The folder RUN will contain the model (use RUN/NAME.json for 'segment -m'), its card, curves, pictures, an
ONNX file, and a checkpoint for --resume.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn.cli.common.arguments import add_shared
from napari_devolearn.cli.common.progress import progress_bar
from napari_devolearn.exceptions import ParameterError

if TYPE_CHECKING:
    from napari_devolearn.training.fit.report import EpochReport
    from napari_devolearn.training.run.recipe import Recipe

_CHOICES: dict[str, tuple[Any, str, str]] = {
    "architecture": (str, "NAME", "fpn, unet or plain-unet (fpn)"),
    "encoder": (
        str,
        "NAME",
        "such as mobilenet_v2 (resnet18); for plain-unet width-N (width-32)",
    ),
    "epochs": (int, "N", "(45; 12 with --from)"),
    "batch": (int, "N", "images per step (16; 8)"),
    "crop": (int, "PIXELS", "edge of the random crops, a multiple of 32 (256; 128)"),
    "learning_rate": (float, "R", "maximum (0.003; 0.001)"),
    "schedule": (str, "NAME", "one-cycle or plateau (one-cycle)"),
    "patience": (int, "N", "stop after N epochs without a better score; 0 for never (0)"),
    "ema": (float, "D", "decay of averaged weights, such as 0.999; 0 for none (0; 0.97)"),
    "weight_decay": (float, "D", "of AdamW (0.01)"),
    "seed": (int, "S", "random seed (0)"),
    "workers": (int, "N", "processes that prepare images (0)"),
    "replay": (float, "R", "with --from: simulated images per own image, to retain the old accuracy (1)"),
    "name": (str, "NAME", "name of the model (the folder's)"),
    "task": (str, "NAME", "nucleus or membrane (nucleus)"),
    "outputs": (lambda text: tuple(text.split(",")), "A,B", "what to predict (foreground)"),
    "pixel_size": (float, "UM", "pixel size of the model; default: from the files"),
    "context": (int, "N", "neighbouring slices on each side as additional input (0)"),
    "z_step": (float, "UM", "distance between these slices; default: from the files"),
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "prepared", type=Path, nargs="?", metavar="DATA", help="a folder written by 'prepare'"
    )
    parser.add_argument(
        "--from",
        dest="start",
        metavar="MODEL",
        help="fine-tune a model: nucleus, membrane, neuron, embryo, a .json of a run, or a .pth",
    )
    parser.add_argument("--recipe", metavar="NAME", help=argparse.SUPPRESS)
    add_training_options(parser)


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of all training runs."""
    add = parser.add_argument
    add("-o", "--output", type=Path, required=True, metavar="RUN", help="folder of the run")
    add("--resume", action="store_true", help="resume the run in RUN, with its own options")
    add("--config", type=Path, metavar="FILE", help="options as JSON: from 'tune', or config.json of a run")
    for name, (kind, metavar, text) in _CHOICES.items():
        add(f"--{name.replace('_', '-')}", type=kind, metavar=metavar, help=text)
    add_shared(parser, "device", "quiet")


def run(arguments: argparse.Namespace) -> None:
    """Train; everything that can be checked is checked before the first step."""
    from napari_devolearn.training.run.extra import check_extra

    if arguments.recipe is not None:
        raise ParameterError(
            f"--recipe {arguments.recipe}: recipes of the shipped models are not installed; in a clone of "
            f"the repository, run: python -m research.train {arguments.recipe} -o RUN"
        )
    if arguments.prepared is None:
        raise ParameterError("train: DATA is missing; give a folder written by 'napari-devolearn prepare'")
    check_extra()

    from napari_devolearn.training.run.fine_tune import fine_tuning_recipe
    from napari_devolearn.training.run.prepared import prepared_recipe
    from napari_devolearn.training.run.run_files import check_folder

    check_folder(arguments.output, resume=arguments.resume)
    choices = {"name": arguments.output.resolve().name, **chosen_options(arguments)}
    start = arguments.start or choices.pop("start", None)
    if start is None:
        recipe = prepared_recipe(arguments.prepared, choices)
    else:
        recipe = fine_tuning_recipe(arguments.prepared, start, choices)
    command = "napari-devolearn train DATA -o RUN --config config.json"
    train(arguments, recipe, Path(), command)


def train(arguments: argparse.Namespace, recipe: Recipe, data: Path, command: str) -> None:
    """Train a recipe's model, and print one line per epoch.

    `data`: the source of the recipe's data sets.
    `command`: for the model card.
    """
    from napari_devolearn.inference.backends.device import resolve_device
    from napari_devolearn.training.run.run_folder import iter_run

    best = start = None
    with progress_bar(0, "step", quiet=arguments.quiet) as bar, ExitStack() as stack:
        reports = iter_run(
            recipe,
            data,
            arguments.output,
            device=resolve_device(arguments.device),
            resume=arguments.resume,
            command=command,
            after_step=lambda done, total: _update(bar, done, total),
        )
        for report in stack.enter_context(closing(reports)):
            start = start if report.epoch else report
            best = report if report.best else best
            new = report.best and report is not start
            bar.write(_line(report, recipe.params.epochs) + (", best so far" if new else ""))
    if best is not None:
        model = arguments.output / f"{recipe.spec.name}.json"
        kept = "no epoch was better than the" if best is start else "best was"
        before = f"; {_line(start, 0)}" if start is not None and best is not start else ""
        print(f"{model}: {kept} {_line(best, recipe.params.epochs)}{before}")


def chosen_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Options for ``read_config``, by increasing priority: of the earlier run, the file, the command line."""
    from napari_devolearn.training.run.config import read_config
    from napari_devolearn.training.run.run_files import CONFIG

    choices = read_config(arguments.output / CONFIG) if arguments.resume else {}
    choices |= read_config(arguments.config) if arguments.config else {}
    typed = {name: getattr(arguments, name) for name in _CHOICES}
    choices |= {name: value for name, value in typed.items() if value is not None}
    if choices.get("architecture") == "plain-unet":
        choices.setdefault("encoder", "width-32")
    return choices


def _update(bar: Any, done: int, total: int) -> None:
    if not total:  # an image was scored
        return
    if bar.total != total:  # the first step of this process
        bar.total, bar.initial, bar.n = total, done - 1, done - 1
    bar.update()


def _line(report: EpochReport, epochs: int) -> str:
    scores = ", ".join(f"{name} {value:.4f}" for name, value in report.scores.items())
    if report.epoch == 0:
        return f"start: {scores}"
    if report.share < 1:
        return f"mixture, {report.share:.0%} of the best epoch and the rest of the start: {scores}"
    return f"epoch {report.epoch} of {epochs}: loss {report.loss:.4f}, {scores}, {report.seconds:.0f} s"
