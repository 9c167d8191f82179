"""Train on images and labels: functions for ``nd.train`` and the Train dock."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from napari_devolearn.exceptions import TrainingError

if TYPE_CHECKING:
    from napari_devolearn.inference.model import Model
    from napari_devolearn.training.fit.loop import AfterStep
    from napari_devolearn.training.fit.report import EpochReport


def train(images: Any, labels: Any = None, *, out: Path | str, **options: Any) -> Model:
    """Fine-tune a model on your own images and labels.

    The model is evaluated on a held-out subset, before the first epoch and after each; the weights with the
    best score are kept, which may be the initial ones.

    Parameters
    ----------
    images, labels, out, **options
        As for `iter_train`.

    Returns
    -------
    Model
        The best model, as from ``load_model(out / "NAME.json")``. Its scores are in ``out / "curve.csv"``.

    Raises
    ------
    TrainingError, DatasetError, ImageFormatError, WeightsError, OutputExistsError, OutputError
        As for `iter_train`.

    Examples
    --------
    >>> model = train(movie, corrected, out="runs/mine", voxel_size=(1, 0.2, 0.2))  # doctest: +SKIP
    """
    from napari_devolearn.inference.load import load_model

    with closing(iter_train(images, labels, out=out, **options)) as epochs:
        deque(epochs, 0)
    return load_model(model_of_run(Path(out)), options.get("device", "auto"))


def iter_train(
    images: Any = None,
    labels: Any = None,
    *,
    out: Path | str,
    start: str | Path = "nucleus",
    known: npt.ArrayLike | None = None,
    only_labelled: bool = True,
    voxel_size: Sequence[float] | None = None,
    device: str = "auto",
    resume: bool = False,
    after_step: AfterStep | None = None,
    **choices: Any,
) -> Generator[EpochReport, None, None]:
    """Fine-tune a model, one epoch per step.

    If several time points are labelled, some of them are held out for evaluation; of a single volume, a block
    of slices is held out, and of a few slices or one, a strip. A warning tells how reliable such a score is.

    Parameters
    ----------
    images : path, Stack or array-like, (Y, X), (Z, Y, X) or (T, Z, Y, X), real
        Or a folder written by ``napari-devolearn prepare``, or an input for it. None to resume.
    labels : path, Stack or array-like, same shape, integer
        0 = background, else the object's ID. None for a folder that contains its labels.
    out : Path or str
        Folder of the run: the model, its card and curve, and the training slices.
    start : str or Path
        ``"nucleus"``, ``"membrane"``, ``"neuron"``, ``"embryo"``, a ``.json`` of a training run, or a state
        dict in ``.pt`` or ``.pth``. Its pixel size, normalisation and outputs are kept.
    known : array-like of bool, optional
        Broadcast to the labels' shape: where the labels are correct. Other voxels are ignored.
    only_labelled : bool
        Treat slices without labels as not annotated, not as empty.
    voxel_size : sequence of float, optional
        (Z, Y, X) or (Y, X) in um; by default the stack's or file's own.
    device : str
        As for ``load_model``.
    resume : bool
        Resume the run in `out`, with its own options.
    after_step : callable, optional
        Called after each step with the number of completed steps and of all steps, and with 0 and 0 after
        each image that is simulated or scored; it may raise to stop.
    **choices
        ``name`` of the model (the folder's), ``replay`` (simulated images per own image, 1), and fields of
        ``TrainParams``: ``epochs``, ``learning_rate``, ``batch``, ``crop``, ``patience``, ``seed`` ...

    Yields
    ------
    EpochReport
        The first one, with epoch 0, evaluates the initial weights. Close the generator if you stop early.

    Raises
    ------
    DatasetError
        If images and labels do not match, or nothing can be learnt from them.
    TrainingError
        If an option or the initial model cannot be used, or the extra ``train`` is not installed.
    ImageFormatError, WeightsError
        If the images or the initial model cannot be read.
    OutputExistsError, OutputError
        If there is already a run in `out`, or it cannot be written.
    """
    from napari_devolearn.training.run.extra import check_extra

    check_extra()

    from napari_devolearn.inference.backends.device import resolve_device
    from napari_devolearn.training.data.pairs import INDEX
    from napari_devolearn.training.prepare.plan import plan_training
    from napari_devolearn.training.prepare.write import iter_prepare
    from napari_devolearn.training.run.config import ORIGIN_KEYS, PARAM_KEYS, read_config
    from napari_devolearn.training.run.fine_tune import fine_tuning_recipe, load_start
    from napari_devolearn.training.run.run_files import CONFIG, PAIRS, check_folder
    from napari_devolearn.training.run.run_folder import iter_run

    if unknown := sorted(choices.keys() - PARAM_KEYS - ORIGIN_KEYS - {"name"}):
        raise TrainingError(f"{', '.join(unknown)}: unknown; choose from {', '.join(sorted(PARAM_KEYS))}")
    used, folder = resolve_device(device), Path(out)
    check_folder(folder, resume=resume)
    data = folder / PAIRS
    if isinstance(images, str | Path) and (Path(images) / INDEX).is_file():
        data = Path(images)
    elif not resume:
        spec, _ = load_start(start)
        plan = plan_training(images, labels, known, voxel_size, spec, only_labelled=only_labelled)
        with iter_prepare(plan, data, overwrite=True) as steps:
            deque(steps, 0)
    first = read_config(folder / CONFIG) if resume else {"name": folder.resolve().name, "start": str(start)}
    chosen = first | choices
    after_image = None if after_step is None else partial(after_step, 0, 0)
    recipe = fine_tuning_recipe(data, chosen["start"], chosen, after_image=after_image)
    command = "napari-devolearn train RUN/pairs -o NEW --config RUN/config.json"
    run = iter_run(recipe, data, folder, device=used, resume=resume, command=command, after_step=after_step)
    with closing(run):
        yield from run


def model_of_run(folder: Path) -> Path:
    """Path of the spec (``.json``) of a run's model, for use as a model name.

    Raises TrainingError if there is no run in the folder.
    """
    from napari_devolearn.training.run.config import read_config
    from napari_devolearn.training.run.run_files import CONFIG

    if not (folder / CONFIG).is_file():
        raise TrainingError(f"{folder}: no training run; choose the folder of one")
    return folder / f"{read_config(folder / CONFIG)['name']}.json"
