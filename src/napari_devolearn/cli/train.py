"""``napari-devolearn train``: images and masks in, the folder of a model out."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn.cli._arguments import add_device, add_quiet
from napari_devolearn.cli._progress import progress_bar

if TYPE_CHECKING:
    from napari_devolearn.training.recipe import Recipe
    from napari_devolearn.training.report import EpochReport

DATA_VARIABLE = "NAPARI_DEVOLEARN_DATA"

_CHOICES: dict[str, tuple[Any, str, str]] = {
    "architecture": (str, "NAME", "fpn, unet or plain-unet (fpn)"),
    "encoder": (
        str,
        "NAME",
        "such as mobilenet_v2 (resnet18); of a plain U-Net width-N (width-32)",
    ),
    "epochs": (int, "N", "(45)"),
    "batch": (int, "N", "images a step (16)"),
    "crop": (int, "PIXELS", "edge of the random crops, a multiple of 32 (256)"),
    "learning_rate": (float, "R", "highest (0.003)"),
    "schedule": (str, "NAME", "one-cycle or plateau (one-cycle)"),
    "patience": (int, "N", "stop after so many epochs without a better score; 0 for never (0)"),
    "ema": (float, "D", "decay of averaged weights, such as 0.999; 0 for none (0)"),
    "weight_decay": (float, "D", "of AdamW (0.01)"),
    "seed": (int, "S", "of all randomness (0)"),
    "workers": (int, "N", "processes that prepare images (0)"),
    "name": (str, "NAME", "of the model (the folder's)"),
    "task": (str, "NAME", "nucleus or membrane (nucleus)"),
    "outputs": (lambda text: tuple(text.split(",")), "A,B", "what to predict (foreground)"),
    "pixel_size": (float, "UM", "of the model; by default that of the files"),
    "context": (int, "N", "neighbouring slices on each side that the network sees too (0)"),
    "z_step": (float, "UM", "between those slices; by default that of the files"),
}


def add_verb(verbs: Any) -> None:
    """Add the verb to the command line."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "train",
        help="train a model on images and masks, or a shipped model again",
        description="Train a model. RUN becomes a folder with the model (RUN/NAME.json is what 'segment -m' "
        "takes), its card, curves, pictures, an ONNX file, and a checkpoint to go on from after a kill.",
        epilog=f"Recipes read the data sets from --data, or from the environment variable {DATA_VARIABLE}.",
    )
    add = parser.add_argument
    add("prepared", type=Path, nargs="?", metavar="DATA", help="a folder that 'prepare' wrote")
    add("--recipe", metavar="NAME", help="train a shipped model again: nucleus, membrane, lineage ..")
    add("--data", type=Path, metavar="FOLDER", help="of all data sets, for a recipe")
    add("-o", "--output", type=Path, required=True, metavar="RUN", help="folder of the run")
    add("--resume", action="store_true", help="go on with the run in RUN, with its own choices")
    add("--config", type=Path, metavar="FILE", help="choices as JSON: of 'tune', or config.json of a run")
    for name, (kind, metavar, text) in _CHOICES.items():
        add(f"--{name.replace('_', '-')}", type=kind, metavar=metavar, help=text)
    add_device(parser)
    add_quiet(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Train; everything that can be checked is checked before the first step."""
    from napari_devolearn.training.extra import check_extra

    if (arguments.prepared is None) == (arguments.recipe is None):
        raise ValueError("train needs either DATA, a folder that 'prepare' wrote, or --recipe NAME")
    check_extra()

    from napari_devolearn.inference.device import resolve_device
    from napari_devolearn.training.run_folder import check_folder, iter_run

    check_folder(arguments.output, resume=arguments.resume)
    recipe, data = _recipe(arguments)
    best = None
    with progress_bar(0, "step", quiet=arguments.quiet) as bar:
        for report in iter_run(
            recipe,
            data,
            arguments.output,
            device=resolve_device(arguments.device),
            resume=arguments.resume,
            command=_command(arguments),
            after_step=lambda done, total: _move(bar, done, total),
        ):
            best = report if report.best else best
            bar.write(_line(report, recipe.params.epochs) + (", the best so far" if report.best else ""))
    if best is not None:
        print(f"{arguments.output / recipe.spec.name}.json: the best was {_line(best, recipe.params.epochs)}")


def _recipe(arguments: argparse.Namespace) -> tuple[Recipe, Path]:
    from napari_devolearn.training.recipe import change_recipe, find_recipe

    choices = _choices(arguments)
    if arguments.recipe is None:
        from napari_devolearn.training.prepared import prepared_recipe

        return prepared_recipe(
            arguments.prepared, {"name": arguments.output.resolve().name, **choices}
        ), Path()
    data = arguments.data or os.environ.get(DATA_VARIABLE)
    if data is None:
        raise ValueError(f"--recipe {arguments.recipe}: give --data FOLDER, or set {DATA_VARIABLE}")
    return change_recipe(find_recipe(arguments.recipe), choices), Path(data)


def _choices(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the run before chose, over that the file's choices, over all what was typed."""
    from napari_devolearn.training.config import read_config
    from napari_devolearn.training.run_folder import CONFIG

    choices = read_config(arguments.output / CONFIG) if arguments.resume else {}
    choices |= read_config(arguments.config) if arguments.config else {}
    typed = {name: getattr(arguments, name) for name in _CHOICES}
    choices |= {name: value for name, value in typed.items() if value is not None}
    if choices.get("architecture") == "plain-unet":
        choices.setdefault("encoder", "width-32")
    return choices


def _command(arguments: argparse.Namespace) -> str:
    """The command line with names of folders that say nothing about this machine."""
    words = ["napari-devolearn", "train"]
    words += ["DATA"] if arguments.recipe is None else ["--recipe", arguments.recipe]
    return shlex.join([*words, "-o", "RUN", "--config", "config.json"])


def _move(bar: Any, done: int, total: int) -> None:
    if bar.total != total:  # the first step of this process
        bar.total, bar.initial, bar.n = total, done - 1, done - 1
    bar.update()


def _line(report: EpochReport, epochs: int) -> str:
    scores = ", ".join(f"{name} {value:.4f}" for name, value in report.scores.items())
    return f"epoch {report.epoch + 1} of {epochs}: loss {report.loss:.4f}, {scores}, {report.seconds:.0f} s"
