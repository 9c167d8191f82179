"""The recipe of the membrane model: a U-Net on simulated embryos, then on real ones that it labelled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import DatasetError
from napari_devolearn.inference.model import load_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.objective import SegmentObjective
from napari_devolearn.training.params import TrainParams
from napari_devolearn.training.positions import Embryo, read_embryos
from napari_devolearn.training.recipe import NO_SHA256, Recipe
from napari_devolearn.training.self_training import label_stacks
from napari_devolearn.training.simulated_volumes import simulate_volumes
from napari_devolearn.training.volumes import LabelledVolume, VolumeCrops, VolumeSlices

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
"""Seed of the volumes of held-out embryos; training's have the seed of its parameters, plus 7."""

LABELLED_TIME = 46
"""Number of the stack with labels, which validates."""

RAW_SIZE: VoxelSize = (0.43, 0.18, 0.18)
"""um, Z Y X, of the stacks of ``membrane_3dmms/raw``."""

_SIMULATED = (
    "Membranes simulated around the nuclei of real embryos: positions of EPIC (Murray et al. 2012, by "
    "way of DevoLearn/DevoGraph, MIT), each eighth embryo held out."
)
_VOLUMES, _VOLUMES_BESIDE, _HELD_OUT_VOLUMES = 80, 40, 6
_APART = 6  # numbers of stacks, 1.5 min each
_CROPS, _HELD_OUT_SLICES = 1000, 4
_EVERY = 8  # each eighth embryo in the order of their names is held out


def part_embryos(embryos: list[Embryo]) -> tuple[list[Embryo], list[Embryo]]:
    """Embryos to train on, and those held out: each eighth in the order of their names.

    Parameters
    ----------
    embryos : list of Embryo

    Returns
    -------
    train, held_out : list of Embryo
    """
    return [one for i, one in enumerate(embryos) if i % _EVERY], embryos[::_EVERY]


def simulated(root: Path, params: TrainParams) -> tuple[VolumeCrops, VolumeSlices]:
    """Simulate the volumes, some seconds each.

    Parameters
    ----------
    root : Path
        Folder of all data sets; ``epic_positions/positions.parquet`` in it is read.
    params : TrainParams

    Returns
    -------
    train : VolumeCrops
    held_out : VolumeSlices
    """
    seen, unseen = _simulate(root, params, _VOLUMES)
    return _crops(seen, params, lone=0.35), VolumeSlices(unseen, SPEC, slices=_HELD_OUT_SLICES)


def simulated_and_real(root: Path, params: TrainParams, teacher: Path) -> tuple[VolumeCrops, VolumeSlices]:
    """Simulate volumes, and label the stacks of ``membrane_3dmms`` by the teacher.

    Parameters
    ----------
    root : Path
        Folder of all data sets.
    params : TrainParams
    teacher : Path
        Spec of a membrane model.

    Returns
    -------
    train : VolumeCrops
    held_out : VolumeSlices
        Simulated ones alone.
    """
    paths = [path for path in sorted((root / "membrane_3dmms" / "raw").glob("t*.tif")) if not is_kept(path)]
    if not paths:
        raise DatasetError(f"{root / 'membrane_3dmms' / 'raw'}: no stacks; give the folder of all data sets")
    real = [*label_stacks(paths, RAW_SIZE, load_model(teacher, "cpu"))]
    seen, unseen = _simulate(root, params, _VOLUMES_BESIDE)
    return _crops([*seen, *real], params, lone=0.5), VolumeSlices(unseen, SPEC, slices=_HELD_OUT_SLICES)


def is_kept(path: Path) -> bool:
    """Say whether a stack is of the time around the labelled one, which validates.

    Parameters
    ----------
    path : Path
        ``tNNN.tif``.

    Returns
    -------
    bool
    """
    return abs(int(path.stem.removeprefix("t")) - LABELLED_TIME) <= _APART


def _simulate(
    root: Path, params: TrainParams, count: int
) -> tuple[list[LabelledVolume], list[LabelledVolume]]:
    train, held_out = part_embryos(read_embryos(root / "epic_positions" / "positions.parquet"))
    seen = simulate_volumes(train, count, params.seed + 7)
    unseen = simulate_volumes(held_out, _HELD_OUT_VOLUMES, HELD_OUT_SEED)
    return [made.volume for made in seen], [made.volume for made in unseen]


def _crops(volumes: list[LabelledVolume], params: TrainParams, lone: float) -> VolumeCrops:
    return VolumeCrops(volumes, SPEC, length=_CROPS, crop=params.crop, seed=params.seed, lone=lone)


TEACHER = Recipe(
    spec=SPEC,
    params=TrainParams(epochs=18, batch=8, crop=192, learning_rate=2e-3, ema=0.995, weight_decay=1e-2),
    datasets=simulated,
    objective=SegmentObjective(further="bce", weight=2.0),
    data=_SIMULATED + " No real picture was learnt from.",
)
RECIPE = Recipe(
    spec=SPEC,
    params=replace(TEACHER.params, epochs=16, learning_rate=1e-3),
    datasets=simulated_and_real,
    objective=TEACHER.objective,
    data=(
        _SIMULATED
        + " And 27 raw stacks of one embryo from 3DMMS (Cao et al. 2019; cao13jf/3DMMS_public, by way of "
        "DevoLearn/DevoGraph, MIT) with the cells that a model saw in them that had learnt from the "
        "simulation alone; the stacks within 9 min of the labelled t046 were left out."
    ),
    teacher=TEACHER,
)
