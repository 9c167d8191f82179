"""The state of a run after an epoch, as a file that is whole or not there, read without code."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from napari_devolearn.exceptions import TrainingError
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.training.fit.params import TrainParams

# neither changes what is learnt
_FREE = ("workers",)


def write_checkpoint(path: Path, state: dict[str, Any], params: TrainParams) -> None:
    """Write a checkpoint in place of the one before.

    Parameters
    ----------
    path : Path
    state : dict
        Tensors, numbers, strings, and lists and dicts of them.
    params : TrainParams

    Raises
    ------
    OutputError
        If it cannot be written, as on a full disk; the checkpoint before stays.
    """
    content = io.BytesIO()  # torch turns the disk's own error into one that names no reason
    torch.save({"params": dataclasses.asdict(params), **state}, content)
    with atomic_file(path, overwrite=True) as stage:
        stage.write_bytes(content.getbuffer())


def read_checkpoint(path: Path, params: TrainParams | None = None) -> dict[str, Any]:
    """Read a checkpoint; code in the file is never run.

    Parameters
    ----------
    path : Path
    params : TrainParams, optional
        What the run is to go on with.

    Returns
    -------
    dict
        The state that was written.

    Raises
    ------
    TrainingError
        If it is no checkpoint, or was made with other parameters: the message names them.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        before = state["params"]
    except (OSError, RuntimeError, LookupError, TypeError, ValueError, EOFError, UnpicklingError) as error:
        raise TrainingError(
            f"{path}: not a checkpoint that can be read ({type(error).__name__}); "
            "remove it to start again, or restore it"
        ) from error
    if params is not None:
        check_same(path, before, dataclasses.asdict(params))
    return state


def check_same(path: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    """Refuse to go on with other choices than a run was begun with.

    Parameters
    ----------
    path : Path
        Where the choices of before were read.
    before, now : dict
        Choices by name; those that do not change what is learnt may differ.

    Raises
    ------
    TrainingError
        The message names each difference.
    """
    differing = [name for name in now if name not in _FREE and before.get(name) != now[name]]
    if differing:
        listed = ", ".join(f"{name} {before.get(name)}, not {now[name]}" for name in differing)
        raise TrainingError(
            f"{path}: the run was begun with {listed}; go on with the same, or choose a new folder"
        )
