"""Recipe for a folder written by ``napari-devolearn prepare``."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from napari_devolearn.exceptions import TrainingError
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.dataset import PairsDataset
from napari_devolearn.training.data.pairs import Pair, read_pairs
from napari_devolearn.training.data.plausible import check_counts
from napari_devolearn.training.fit.objective import SegmentObjective
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.run.config import PARAM_KEYS, SPEC_KEYS
from napari_devolearn.training.run.recipe import NO_SHA256, Recipe


def prepared_recipe(folder: Path, choices: dict[str, Any]) -> Recipe:
    """Recipe that trains a network on prepared pairs.

    `folder`: contains ``index.csv``; the recipe's data sets use only this folder.
    `choices`: as from `read_config`, with a ``name``. Without a ``pixel_size``, it is the median of the
    longer edges of the files' pixels, so that images are not upsampled; without a ``z_step``, if there is
    ``context``, the median of the files'.
    Raises DatasetError if the index does not match the files, or nothing can be learnt from the masks.
    Raises TrainingError if the name is not a valid file name.
    Raises WeightsError or ParameterError if a value is invalid.
    """
    name = choices["name"]
    if Path(name).name != name:
        raise TrainingError(f"name {name!r}: not a valid file name; use letters and digits")
    pairs = read_pairs(folder)
    spec = _spec({key: value for key, value in choices.items() if key in SPEC_KEYS}, pairs)
    check_counts(folder, pairs, spec.outputs)

    train, held_out = ([pair for pair in pairs if pair.split == part] for part in ("train", "held_out"))
    return Recipe(
        spec=spec,
        params=TrainParams(**{key: value for key, value in choices.items() if key in PARAM_KEYS}),
        datasets=lambda _, params: (
            PairsDataset(folder, train, spec, crop=params.crop, seed=params.seed),
            PairsDataset(folder, held_out, spec),
        ),
        objective=SegmentObjective(),
        data=f"{len(pairs)} pairs of the prepared folder `{folder.name}`. Add their terms here.",
    )


def _spec(choices: dict[str, Any], pairs: list[Pair]) -> ModelSpec:
    context = choices.get("context", 0)
    measured = {
        "pixel_size": round(median(max(pair.voxel_y, pair.voxel_x) for pair in pairs), 4),
        "z_step": median(pair.voxel_z for pair in pairs) if context else None,
    }
    chosen: dict[str, Any] = {"task": "nucleus", **measured, **choices}
    about = f"Trained on a user's {chosen['task']} images and masks"
    return ModelSpec(**chosen, in_channels=2 * context + 1, sha256=NO_SHA256, description=about)
