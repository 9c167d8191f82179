"""Recipe that fine-tunes a trained model on a user's images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import nn

from napari_devolearn.exceptions import TrainingError
from napari_devolearn.models.other_tools.formats import is_foreign, load_foreign
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.models.weights import load_network
from napari_devolearn.training.data.augment import AugmentParams
from napari_devolearn.training.data.batches import check_data
from napari_devolearn.training.data.dataset import PairsDataset
from napari_devolearn.training.data.pairs import Pair, read_pairs
from napari_devolearn.training.data.plausible import check_counts
from napari_devolearn.training.data.targets import DEPTH_OUTPUTS, TARGETS, needs_depth
from napari_devolearn.training.fit.objective import FineTuneObjective, SegmentObjective
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.run.config import PARAM_KEYS, SPEC_KEYS
from napari_devolearn.training.run.recipe import NO_SHA256, Recipe
from napari_devolearn.training.run.replay import REPLAYED, WithReplay, simulate_replay

DEFAULTS: dict[str, Any] = {
    "epochs": 12,
    "batch": 8,
    "crop": 128,
    "learning_rate": 1e-3,
    "ema": 0.97,
    "freeze": True,
}
"""Defaults of a fine-tuning that differ from those of a training from random weights."""

_AUGMENT = AugmentParams(
    scale=(0.8, 1.25), blur=(0.3, 1.0), depth=(0.0, 0.4), streaks=(0.0, 0.0), poisson=(0.001, 0.02)
)
_OWN = 32  # minimum number of crops of the user's images per epoch
_REPLAYED_EPOCHS = 8  # epochs before simulated crops are repeated; a shorter run simulates only its own
_MEASURED = 24  # simulated crops for the score ``kept``, not used for training


def fine_tuning_recipe(
    folder: Path,
    start: str | Path,
    choices: dict[str, Any],
    *,
    after_image: Callable[[], object] | None = None,
) -> Recipe:
    """Recipe that fine-tunes a model on prepared pairs.

    `folder`: contains ``index.csv``.
    `start`: name of a shipped model, a ``.json`` of a training run, or a state dict in ``.pt`` or ``.pth``.
    `choices`: as from `read_config`, with a ``name``, and ``replay``: simulated images per own image, by
    default 1. The rest of the spec is that of the start.
    `after_image`: called after each simulated image; it may raise to stop.
    Raises DatasetError if the index does not match the files, or nothing can be learnt from the masks.
    Raises TrainingError if the start cannot be trained, or an option would change its network.
    Raises WeightsError or ParameterError if the start cannot be loaded, or a value is invalid.
    """
    base, network = load_start(start)
    fixed = sorted((choices.keys() & SPEC_KEYS) - {"name"})
    if wrong := [name for name in fixed if choices[name] != getattr(base, name)]:
        raise TrainingError(
            f"{', '.join(wrong)}: cannot be changed when fine-tuning {start}; omit them, or train without "
            "--from"
        )
    spec = replace(
        base,
        name=choices["name"],
        sha256=NO_SHA256,
        description=f"{base.description or base.task}; fine-tuned on the user's images",
    )
    pairs = read_pairs(folder)
    check_counts(folder, pairs, spec.outputs)
    share = float(choices.get("replay", 1.0))
    if not 0 <= share <= 10:
        raise TrainingError(f"replay {share}: give 0 to 10 simulated images per own image")

    simulated = ", with images simulated by napari-devolearn" if share and spec.task in REPLAYED else ""
    return Recipe(
        spec=spec,
        params=TrainParams(
            **(DEFAULTS | {key: value for key, value in choices.items() if key in PARAM_KEYS})
        ),
        datasets=lambda _, params: _datasets(folder, pairs, spec, params, network, share, after_image),
        objective=FineTuneObjective(
            segment=SegmentObjective(weight=2.0 if DEPTH_OUTPUTS.issuperset(spec.outputs) else 1.0)
        ),
        data=(
            f"Fine-tuned from `{Path(start).name}` ({base.description or base.task}), whose terms apply too, "
            f"on {len(pairs)} pairs of the prepared folder `{folder.name}`{simulated}. Add the terms of "
            "these images here."
        ),
        start=lambda new: new.load_state_dict(network.state_dict()),
        origin={"start": str(Path(start).resolve() if Path(start).suffix else start), "replay": share},
    )


def load_start(start: str | Path) -> tuple[ModelSpec, nn.Module]:
    """Load the model for a fine-tuning: spec, and network in evaluation mode, float32, on the CPU.

    Raises WeightsError if there is no such model or its weights are damaged.
    Raises TrainingError if it cannot be trained on images and masks.
    """
    if Path(start).suffix.lower() == ".onnx":
        raise TrainingError(
            f"{start}: an ONNX file cannot be trained; give the .json, .pt or .pth of the model"
        )
    files = None if is_foreign(start) else find_model(start)
    spec, network = load_foreign(Path(start)) if files is None else (files.spec, load_network(files))
    unknown = [name for name in spec.outputs if name not in TARGETS]
    if spec.architecture == "resnet" or unknown:
        what = "counts cells" if spec.architecture == "resnet" else f"predicts {', '.join(unknown)}"
        raise TrainingError(f"{start}: {what}, so masks cannot train it; choose a model that segments")
    return spec, network


def _datasets(
    folder: Path,
    pairs: Sequence[Pair],
    spec: ModelSpec,
    params: TrainParams,
    network: nn.Module,
    share: float,
    after_image: Callable[[], object] | None,
) -> tuple[WithReplay, WithReplay]:
    # depths are in um
    augment = replace(_AUGMENT, scale=(0.9, 1.1)) if needs_depth(spec) else _AUGMENT
    train, held_out = ([p for p in pairs if p.split == part] for part in ("train", "held_out"))
    own = PairsDataset(
        folder, train, spec, crop=params.crop, augment=augment, seed=params.seed, whole_levels=True
    )
    scored = PairsDataset(folder, held_out, spec)
    # before images are simulated, which takes a minute; whole images, since crops may be empty
    check_data(PairsDataset(folder, train, spec), scored)
    repeats = -(-_OWN // max(len(own), 1))
    simulated = round(len(own) * repeats * share) if spec.task in REPLAYED else 0
    count = simulated * min(params.epochs, _REPLAYED_EPOCHS) + _MEASURED
    replay = simulate_replay(network, spec, count, params.crop, params.seed, after_image) if simulated else []
    learnt, measured = replay[_MEASURED:], replay[:_MEASURED]
    return (
        WithReplay(own, learnt, repeats=repeats, simulated=simulated),
        WithReplay(scored, measured, repeats=1, simulated=len(measured)),
    )
