"""Recipe of the membrane model: a U-Net on membranes simulated around nuclei of real embryos."""

from __future__ import annotations

from pathlib import Path

from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.fit.objective import SegmentObjective
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.run.recipe import NO_SHA256, Recipe
from research.drawing.positions import Embryo, read_embryos
from research.drawing.simulated_volumes import simulate_volumes
from research.drawing.volumes import VolumeCrops, VolumeSlices

SPEC = ModelSpec(
    name="membrane",
    task="membrane",
    architecture="unet",
    encoder="resnet18",
    pixel_size=0.25,
    in_channels=7,
    context=3,
    z_step=0.6,
    outputs=("interior", "distance"),
    sha256=NO_SHA256,
    description="Cells of C. elegans embryos with labelled membranes, in slices and volumes",
)
HELD_OUT_SEED = 1
"""Seed of the volumes of held-out embryos; those for training use the seed of the parameters plus 7."""

_VOLUMES, _HELD_OUT_VOLUMES = 80, 6
_CROPS, _HELD_OUT_SLICES = 1000, 4
_EVERY = 8  # every eighth embryo, by name, is held out


def part_embryos(embryos: list[Embryo]) -> tuple[list[Embryo], list[Embryo]]:
    """Training and held-out embryos: every eighth, by name, is held out."""
    return [one for i, one in enumerate(embryos) if i % _EVERY], embryos[::_EVERY]


def datasets(root: Path, params: TrainParams) -> tuple[VolumeCrops, VolumeSlices]:
    """Simulate the volumes, some seconds each.

    `root`: folder of all data sets, with ``epic_positions/positions.parquet``.
    """
    train, held_out = part_embryos(read_embryos(root / "epic_positions" / "positions.parquet"))
    training = [simulated.volume for simulated in simulate_volumes(train, _VOLUMES, params.seed + 7)]
    evaluation = [
        simulated.volume for simulated in simulate_volumes(held_out, _HELD_OUT_VOLUMES, HELD_OUT_SEED)
    ]
    crops = VolumeCrops(training, SPEC, length=_CROPS, crop=params.crop, seed=params.seed)
    return crops, VolumeSlices(evaluation, SPEC, slices=_HELD_OUT_SLICES)


RECIPE = Recipe(
    spec=SPEC,
    params=TrainParams(epochs=18, batch=8, crop=192, learning_rate=2e-3, ema=0.995, weight_decay=1e-2),
    datasets=datasets,
    objective=SegmentObjective(weight=2.0),
    data=(
        "Membranes simulated around the nuclei of real embryos: positions of EPIC (Murray et al. 2012, by "
        "way of DevoLearn/DevoGraph, MIT), each eighth embryo held out. No real images were used."
    ),
)
