"""Folder of a training run.

::

    RUN/
        NAME.json, NAME.safetensors   spec and weights (float16) of the best epoch so far
        curve.csv                     one row per epoch
        config.json                   all options, for ``--config``
        checkpoint.pt                 for ``--resume``
        pairs/                        of ``nd.train``: the training slices
        NAME.md, NAME.onnx, curve.png, examples.png   after the last epoch
        NAME.int8.json                ranges for 8-bit integers, if masks stay the same
"""

from __future__ import annotations

from pathlib import Path

from napari_devolearn.exceptions import OutputExistsError, TrainingError

CONFIG, CHECKPOINT, PAIRS = "config.json", "checkpoint.pt", "pairs"


def check_folder(folder: Path, *, resume: bool) -> None:
    """Refuse to overwrite a run (OutputExistsError), or to resume a missing one (TrainingError)."""
    if resume and not (folder / CONFIG).is_file():
        raise TrainingError(
            f"{folder}: no training run to resume; choose the folder of one, or start a new one"
        )
    if resume or not folder.exists():
        return
    if (folder / CONFIG).exists():
        raise OutputExistsError(
            f"{folder}: already contains a training run; resume it, or choose another folder"
        )
    if not folder.is_dir() or any(entry.name != PAIRS for entry in folder.iterdir()):
        raise OutputExistsError(f"{folder}: is not empty; choose another folder")
