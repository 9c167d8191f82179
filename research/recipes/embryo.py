"""Recipe of the embryo model: a small U-Net for the outline of embryos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.fit.objective import SegmentObjective
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.run.recipe import NO_SHA256, Recipe
from research.drawing.nuclear_volumes import EmbryoVolume
from research.drawing.outline_scenes import SceneDataset
from research.drawing.outline_views import View
from research.drawing.outline_volumes import simulate_membrane_volumes, simulate_nuclear_volumes
from research.drawing.positions import Embryo, read_embryos
from research.recipes.lineage import split_embryos
from research.recipes.nucleus import HELD_OUT, in_windows
from research.recipes.real_outlines import (
    iter_nuclear_slices,
    membrane_files,
    membrane_views,
    nuclear_views,
)

SPEC = ModelSpec(
    name="embryo",
    task="embryo",
    architecture="unet",
    encoder="resnet18",
    encoder_depth=3,
    decoder_channels=(96, 48, 24),
    pixel_size=0.75,
    field_of_view=66.0,
    normalisation="volume",
    sha256=NO_SHA256,
    description="The outline of a C. elegans embryo, from its nuclei or its membranes",
)

_SCENES, _HELD_OUT_SCENES = 1600, 300
_VOLUMES, _HELD_OUT_VOLUMES = (160, 48), (24, 8)  # of nuclei, of membranes
_SLICES = 16  # of each real stack of membranes
_WEIGHTS = (0.45, 0.15, 0.25, 0.15)  # simulated nuclei and membranes, real nuclei and membranes

Groups = list[tuple[float, Sequence[View | EmbryoVolume]]]


def datasets(data: Path, params: TrainParams) -> tuple[SceneDataset, SceneDataset]:
    """Scenes for training, and scenes of held-out embryos and time windows.

    `data`: the folder of all data sets.
    Raises DatasetError if a data set is missing.
    """
    embryos = read_embryos(data / "epic_positions" / "positions.parquet")
    nuclei = list(iter_nuclear_slices(data))
    made = []
    for held_out, some, counts, files in zip(
        (False, True),
        split_embryos(embryos),
        (_VOLUMES, _HELD_OUT_VOLUMES),
        membrane_files(data),
        strict=True,
    ):
        rng = np.random.default_rng(params.seed + held_out)
        real = nuclear_views([one for one in nuclei if in_windows(one.t, HELD_OUT) is held_out])
        membranes = [view for path in files for view in membrane_views(path, rng, _SLICES)]
        made.append(_groups(some, counts, params.seed + 100 * held_out, real, membranes))
    crop = params.crop
    return (
        SceneDataset(made[0], SPEC, length=_SCENES, crop=crop, seed=params.seed),
        SceneDataset(made[1], SPEC, length=_HELD_OUT_SCENES, crop=crop, seed=77, fixed=True),
    )


def _groups(
    embryos: list[Embryo], counts: tuple[int, int], seed: int, nuclei: list[View], membranes: list[View]
) -> Groups:
    simulated = (
        list(simulate_nuclear_volumes(embryos, counts[0], seed)),
        list(simulate_membrane_volumes(embryos, counts[1], seed + 1)),
    )
    return list(zip(_WEIGHTS, (*simulated, nuclei, membranes), strict=True))


RECIPE = Recipe(
    spec=SPEC,
    params=TrainParams(epochs=30, batch=16, crop=128, learning_rate=3e-3, ema=0.995),
    datasets=datasets,
    objective=SegmentObjective(),
    data=(
        "Simulated embryos around EPIC's nuclei (Murray et al. 2012), Fluo-N3DH-CE sequence 01 (Cell "
        "Tracking Challenge, Murray et al. 2008), both by way of DevoLearn/DevoGraph (MIT), and raw stacks "
        "of 3DMMS (Cao et al. 2019; cao13jf/3DMMS_public, MIT), with outlines derived by fitting an egg and "
        "by filling membranes. Held out: each ninth embryo of EPIC, frames 25..34 and 84..93 of "
        "Fluo-N3DH-CE, time points 40..55 of 3DMMS, and embryo_timelapse.mov and seg_sample.mov whole."
    ),
)
