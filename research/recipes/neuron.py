"""Recipe of the neuron model: ``python -m research.train neuron -o RUN``."""

from __future__ import annotations

from pathlib import Path

from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.augment import AugmentParams
from napari_devolearn.training.fit.objective import SegmentObjective
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.run.recipe import NO_SHA256, Recipe
from research.recipes.neuron_images import NeuronImages, find_images
from research.recipes.pretrained import LITE0, start_lite0

PIXEL_SIZE, EDGE = 0.2, 640
"""Pixel size in um, and longer edge of an image in pixels, for the network.

The pixel size of the images, which are twice as large, was not recorded. Their somata are 115 pixels of this
size wide; somata of pyramidal neurons, about 20 um, would be so at pixels of about 0.2 um.
"""

_REPEATS = 6  # crops of each image per epoch

SPEC = ModelSpec(
    name="neuron",
    task="neuron",
    architecture="unet",
    encoder=LITE0,
    decoder_channels=(64, 48, 32, 24, 16),
    pixel_size=PIXEL_SIZE,
    field_of_view=EDGE * PIXEL_SIZE,
    sha256=NO_SHA256,
    percentiles=(0.5, 99.5),
    description="Live neurons in bright field and phase contrast: soma and neurites",
)

AUGMENT = AugmentParams(
    scale=(0.5, 1.7),
    shear=10.0,
    blur=(0.3, 1.8),
    coarse=(1.0, 2.0),
    gamma=(0.6, 1.6),
    offset=(-0.15, 0.15),
    contrast=(-0.4, 0.3),
    depth=(0.0, 0.0),
    streaks=(0.0, 0.0),
    shading=(0.0, 0.15),
    invert=0.1,
    gauss=(0.005, 0.06),
    poisson=(0.0005, 0.01),
)

FINAL_AUGMENT = AugmentParams(
    scale=(0.8, 1.25),
    shear=5.0,
    blur=(0.3, 1.0),
    coarse=(1.0, 1.0),
    gamma=(0.8, 1.25),
    offset=(-0.1, 0.1),
    contrast=(-0.2, 0.15),
    depth=(0.0, 0.0),
    streaks=(0.0, 0.0),
    shading=(0.0, 0.08),
    invert=0.05,
    gauss=(0.005, 0.03),
    poisson=(0.0005, 0.003),
)
"""Augmentation in the last third of the epochs."""

_EVERY, _HELD_OUT = 6, 4  # images whose number is 4 more than a multiple of 6 are held out


def part_images(paths: list[Path]) -> tuple[list[Path], list[Path]]:
    """Training and held-out images (``NNN.jpg``), by their numbers; each shows another cell."""
    parts: tuple[list[Path], list[Path]] = ([], [])
    for path in paths:
        parts[int(path.stem) % _EVERY == _HELD_OUT].append(path)
    return parts


def datasets(root: Path, params: TrainParams) -> tuple[NeuronImages, NeuronImages]:
    """The images of ``neurons_pfc``, split by image.

    `root`: folder of all data sets.
    Raises DatasetError if images or masks are missing.
    """
    train, held_out = part_images(find_images(root / "neurons_pfc"))
    crops = NeuronImages(
        train,
        edge=EDGE,
        percentiles=SPEC.percentiles,
        crop=params.crop,
        repeats=_REPEATS,
        augment=AUGMENT,
        final_augment=FINAL_AUGMENT,
        final_from=params.epochs * 2 // 3,
        seed=params.seed,
    )
    return crops, NeuronImages(held_out, edge=EDGE, percentiles=SPEC.percentiles)


RECIPE = Recipe(
    spec=SPEC,
    params=TrainParams(epochs=36, batch=8, crop=320, learning_rate=1.5e-3, ema=0.997),
    datasets=datasets,
    objective=SegmentObjective(),
    data=(
        "72 bright-field pictures of live neurons of the prefrontal cortex with masks drawn by experts "
        "(Erendiravp/pfc-pn-microscopy-dataset, CC0); 18 more, each sixth, held out"
    ),
    start=start_lite0,
)
