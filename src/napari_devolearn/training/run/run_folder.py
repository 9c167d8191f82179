"""Train a recipe's model into the folder of a run."""

from __future__ import annotations

import copy
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path

import torch

from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.models.networks.build import build_network
from napari_devolearn.models.registry import find_model
from napari_devolearn.training.export.onnx import export_onnx
from napari_devolearn.training.fit.checkpoint import check_same
from napari_devolearn.training.fit.loop import AfterStep, iter_train
from napari_devolearn.training.fit.report import EpochReport
from napari_devolearn.training.run.card import model_card
from napari_devolearn.training.run.config import read_config, write_config
from napari_devolearn.training.run.curves import draw_curve, write_curve
from napari_devolearn.training.run.extra import check_extra
from napari_devolearn.training.run.pictures import choose_examples, draw_examples
from napari_devolearn.training.run.ranges import save_ranges
from napari_devolearn.training.run.recipe import Recipe
from napari_devolearn.training.run.run_files import CHECKPOINT, CONFIG, check_folder
from napari_devolearn.training.run.save import save_model


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
    """Train a recipe's model into a folder, one epoch per step.

    On resume, the reports of completed epochs are yielded again first.

    `data`: the source of the recipe's data sets.
    `device`: ``"cpu"``, ``"cuda:N"`` or ``"mps"``.
    `command`: for the model card: how to train it again.
    `after_step`: see `AfterStep`.
    Raises OutputExistsError if the folder is not empty and `resume` is false.
    Raises TrainingError if there is no run to resume, or as `iter_train`.
    Raises OutputError if a file cannot be written.
    """
    check_extra()
    check_folder(folder, resume=resume)
    spec, params = recipe.spec, recipe.params
    train, held_out = recipe.datasets(data, params)
    torch.manual_seed(params.seed)
    network = build_network(spec)
    if recipe.start is not None:
        recipe.start(network)
    if resume:
        check_same(folder / CONFIG, read_config(folder / CONFIG), recipe.choices)
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
        after_step=after_step,
    )
    with closing(training), nullcontext() if resume else _new_run(folder, recipe, reports):
        for report in training:
            reports.append(report)
            if report.best:
                save_model(network, spec, folder)
            write_curve(folder / "curve.csv", reports)
            yield report
    card = model_card(
        save_model(network, spec, folder),
        params,
        reports,
        data=recipe.data,
        images=(getattr(train, "images", len(train)), getattr(held_out, "images", len(held_out))),
        weights=sum(tensor.numel() for tensor in network.parameters()),
        command=command,
    )
    with atomic_file(folder / f"{spec.name}.md", overwrite=True) as stage:
        stage.write_text(card, encoding="utf-8")
    draw_curve(folder / "curve.png", reports)
    draw_examples(folder / "examples.png", choose_examples(network, held_out, device), spec.outputs)
    files = find_model(folder / f"{spec.name}.json")
    export_onnx(folder / f"{spec.name}.onnx", network, files.spec)
    if spec.architecture != "resnet":  # predicts no masks
        save_ranges(files, copy.deepcopy(network).cpu(), train, held_out)


@contextmanager
def _new_run(folder: Path, recipe: Recipe, reports: list[EpochReport]) -> Iterator[None]:
    """Write the options; remove them if the first epoch fails, because they would block the next run."""
    existed = folder.exists()
    write_config(folder / CONFIG, recipe.choices)
    try:
        yield
    except Exception:
        if not reports:
            (folder / CONFIG).unlink(missing_ok=True)
            with suppress(OSError):  # another program has written into it
                if not existed:
                    folder.rmdir()
        raise
