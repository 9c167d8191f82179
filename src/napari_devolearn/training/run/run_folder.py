"""The folder of a run: what a training leaves, and where it goes on from.

::

    RUN/
        NAME.json, NAME.safetensors   spec and weights (float16) of the best epoch so far
        curve.csv                     a row an epoch
        config.json                   every choice; what ``--config`` takes
        checkpoint.pt                 where ``--resume`` goes on from
        pairs/                        of ``nd.train``: the slices that it learns from
        NAME.md, NAME.onnx, curve.png, examples.png   after the last epoch
        NAME.int8.json                what the model needs to compute in 8-bit integers, if it may
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from torch import nn

from napari_devolearn.exceptions import OutputExistsError, TrainingError
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.models.networks.build import build_network
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.batches import TrainingData
from napari_devolearn.training.export.onnx import export_onnx
from napari_devolearn.training.fit.checkpoint import check_same
from napari_devolearn.training.fit.loop import AfterStep, iter_train
from napari_devolearn.training.fit.report import EpochReport
from napari_devolearn.training.run.card import model_card
from napari_devolearn.training.run.config import SPEC_KEYS, read_config, write_config
from napari_devolearn.training.run.curves import draw_curve, write_curve
from napari_devolearn.training.run.extra import check_extra
from napari_devolearn.training.run.pictures import choose_examples, draw_examples
from napari_devolearn.training.run.ranges import keep_ranges
from napari_devolearn.training.run.recipe import Recipe
from napari_devolearn.training.run.save import save_model

CONFIG, CHECKPOINT, PAIRS = "config.json", "checkpoint.pt", "pairs"


def iter_run(
    recipe: Recipe,
    data: Path,
    folder: Path,
    *,
    device: str = "cpu",
    resume: bool = False,
    command: str = "",
    after_step: AfterStep | None = None,
) -> Generator[EpochReport, None, None]:
    """Train a recipe's model into a folder, one epoch a step.

    Parameters
    ----------
    recipe : Recipe
    data : Path
        What the recipe's data sets are made from.
    folder : Path
        Of the run.
    device : str
        ``"cpu"``, ``"cuda:N"`` or ``"mps"``.
    resume : bool
        Go on with the run in the folder.
    command : str
        For the model card: how to train it again.
    after_step : callable, optional
        Called after each step with the number of steps done and that of the whole run.

    Yields
    ------
    EpochReport
        Those of epochs done before a resume come first once more.

    Raises
    ------
    OutputExistsError
        If the folder has content and is not to be gone on with.
    TrainingError
        If there is nothing to go on with, or as for `iter_train`.
    OutputError
        If a file cannot be written.
    """
    check_extra()
    check_folder(folder, resume=resume)
    spec, params = recipe.spec, recipe.params
    train, held_out = recipe.datasets(data, params)
    torch.manual_seed(params.seed)
    network = build_network(spec)
    if recipe.start is not None:
        recipe.start(network)
    chosen = _choices(recipe)
    if resume:
        check_same(folder / CONFIG, read_config(folder / CONFIG), chosen)
    was_there = folder.exists()

    def keep_choices() -> None:
        if not resume and not (folder / CONFIG).exists():
            write_config(folder / CONFIG, chosen)  # not before data and network have shown that they will do

    def note_step(done: int, total: int) -> None:
        keep_choices()
        if after_step is not None:
            after_step(done, total)

    reports: list[EpochReport] = []
    training = iter_train(
        network,
        train,
        held_out,
        recipe.objective,
        params,
        device=device,
        checkpoint=folder / CHECKPOINT,
        score_start=bool(recipe.origin),
        after_step=note_step,
    )
    with closing(training), _taking_back(folder, reports, resume=resume, was_there=was_there):
        for report in training:
            keep_choices()
            reports.append(report)
            if report.best:
                save_model(network, spec, folder)
            write_curve(folder / "curve.csv", reports)
            yield report
    card = model_card(
        spec,
        params,
        reports,
        data=recipe.data,
        images=(getattr(train, "images", len(train)), len(held_out)),
        weights=sum(tensor.numel() for tensor in network.parameters()),
        command=command,
    )
    _write_products(folder, network, save_model(network, spec, folder), card, reports, held_out, device)
    if spec.architecture != "resnet":  # which draws no masks
        keep_ranges(find_model(folder / f"{spec.name}.json"), copy.deepcopy(network).cpu(), train, held_out)


def check_folder(folder: Path, *, resume: bool) -> None:
    """Refuse to train over what is there, or to go on with what is not.

    Parameters
    ----------
    folder : Path
    resume : bool

    Raises
    ------
    OutputExistsError
        If it has content and is not to be gone on with.
    TrainingError
        If there is no run to go on with.
    """
    if resume and not (folder / CONFIG).is_file():
        raise TrainingError(f"{folder}: holds no training to go on with; leave out --resume to begin one")
    if resume or not folder.exists():
        return
    if (folder / CONFIG).exists():
        raise OutputExistsError(
            f"{folder}: holds a training already; go on with it by --resume, or choose another folder"
        )
    if not folder.is_dir() or any(entry.name != PAIRS for entry in folder.iterdir()):
        raise OutputExistsError(f"{folder}: is not empty; choose another folder")


def _choices(recipe: Recipe) -> dict[str, Any]:
    """What `CONFIG` holds."""
    spec = dataclasses.asdict(recipe.spec)
    chosen = {name: spec[name] for name in spec if name in SPEC_KEYS}
    return chosen | dataclasses.asdict(recipe.params) | recipe.origin


@contextmanager
def _taking_back(
    folder: Path, reports: list[EpochReport], *, resume: bool, was_there: bool
) -> Iterator[None]:
    """Leave no beginning of a training that an error ends in its first epoch: it would block the next one."""
    try:
        yield
    except Exception:
        if not (reports or resume or (folder / CHECKPOINT).exists()):
            (folder / CONFIG).unlink(missing_ok=True)
            with suppress(OSError):  # somebody else has put something there
                if not was_there:
                    folder.rmdir()
        raise


def _write_products(
    folder: Path,
    network: nn.Module,
    spec: ModelSpec,
    card: str,
    reports: list[EpochReport],
    held_out: TrainingData,
    device: str,
) -> None:
    with atomic_file(folder / f"{spec.name}.md", overwrite=True) as stage:
        stage.write_text(card, encoding="utf-8")
    draw_curve(folder / "curve.png", reports)
    draw_examples(folder / "examples.png", choose_examples(network, held_out, device), spec.outputs)
    export_onnx(folder / f"{spec.name}.onnx", network, spec)
