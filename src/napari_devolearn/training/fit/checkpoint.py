"""Checkpoints: the state of a run after an epoch, written completely or not at all, read without code."""

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

_FREE = ("workers",)  # parameters that do not change the result


def write_checkpoint(path: Path, state: dict[str, Any], params: TrainParams) -> None:
    """Replace the checkpoint of a run.

    `state`: tensors, numbers, strings, and lists and dicts of them.
    Raises OutputError if it cannot be written, for example if the disk is full; the old checkpoint stays.
    """
    content = io.BytesIO()  # torch hides the reason of a disk's error
    torch.save({"params": dataclasses.asdict(params), **state}, content)
    with atomic_file(path, overwrite=True) as stage:
        stage.write_bytes(content.getbuffer())


def read_checkpoint(path: Path, params: TrainParams) -> dict[str, Any]:
    """Read a checkpoint; code in the file is never run.

    `params`: parameters of the run that is resumed.
    Raises TrainingError if it is not a checkpoint, or has other parameters, which the message lists.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        before = state["params"]
    except (OSError, RuntimeError, LookupError, TypeError, ValueError, EOFError, UnpicklingError) as error:
        raise TrainingError(
            f"{path}: not a readable checkpoint ({type(error).__name__}); restore it, or delete it to start "
            "again"
        ) from error
    check_same(path, before, dataclasses.asdict(params))
    return state


def check_same(path: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    """Refuse to resume a run with other options.

    `path`: file of the earlier options.
    `before, now`: options by name; those that do not change the result may differ.
    Raises TrainingError if others differ; the message lists them.
    """
    differing = [name for name in now if name not in _FREE and before.get(name) != now[name]]
    if differing:
        listed = ", ".join(f"{name} {before.get(name)}, not {now[name]}" for name in differing)
        raise TrainingError(
            f"{path}: the run was started with {listed}; use the same options, or choose a new folder"
        )
