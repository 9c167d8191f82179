"""Recipe of the nucleus model: ``python -m research.train nucleus -o RUN``."""

from __future__ import annotations

import csv
from pathlib import Path

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.augment import AugmentParams
from napari_devolearn.training.data.dataset import PairsDataset
from napari_devolearn.training.data.pairs import Pair
from napari_devolearn.training.fit.objective import SegmentObjective
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.run.recipe import NO_SHA256, Recipe

SLICE_SIZE = (0.18, 0.2489)
"""Pixel size of nuclei_ctc_slices in um, (Y, X): 708 x 512 pixels of 0.09 um were resized to 256 x 256."""

Window = tuple[int, int]

HELD_OUT: tuple[Window, ...] = ((25, 35), (84, 94))
"""Held-out time windows, half-open."""

SPEC = ModelSpec(
    name="nucleus",
    task="nucleus",
    pixel_size=0.18,
    sha256=NO_SHA256,
    normalisation="volume",
    description="Nuclei of C. elegans embryos with a histone marker",
)

FINAL_AUGMENT = AugmentParams(
    scale=(0.75, 1.35),
    shear=6.0,
    blur=(0.3, 1.2),
    gamma=(0.8, 1.25),
    offset=(0.0, 0.15),
    contrast=(-0.2, 0.1),
    depth=(0.0, 0.4),
    streaks=(0.0, 0.0),
    gauss=(0.005, 0.04),
    poisson=(0.001, 0.02),
)
"""Augmentation in the last third of the epochs.

On the held-out windows, 14 epochs of only this weak augmentation overfitted (IoU 0.806), and only strong
augmentation gave 0.812.
"""


def in_windows(time: int, windows: tuple[Window, ...]) -> bool:
    """Whether a frame is in one of the half-open time windows."""
    return any(first <= time < end for first, end in windows)


def nucleus_slices(data: Path, params: TrainParams) -> tuple[PairsDataset, PairsDataset]:
    """The slices of ``nuclei_ctc_slices``, split by time windows.

    `data`: the folder of all data sets.
    Raises DatasetError if the folder is missing.
    """
    folder = data / "nuclei_ctc_slices"
    index = folder / "index.csv"
    if not index.is_file():
        raise DatasetError(f"{index}: not found; give the folder of all data sets (--data)")
    with index.open(newline="") as lines:
        pairs = [_pair(row) for row in csv.DictReader(lines)]
    train, held_out = ([p for p in pairs if p.split == split] for split in ("train", "held_out"))
    return (
        PairsDataset(
            folder,
            train,
            SPEC,
            crop=params.crop,
            final_augment=FINAL_AUGMENT,
            final_from=params.epochs * 2 // 3,
            seed=params.seed,
            masks="labels",
        ),
        PairsDataset(folder, held_out, SPEC, masks="labels"),
    )


def _pair(row: dict[str, str]) -> Pair:
    time = int(row["t"])
    return Pair(
        file=row["file"],
        t=time,
        z=int(row["z"]),
        height=256,
        width=256,
        voxel_z=1.0,
        voxel_y=SLICE_SIZE[0],
        voxel_x=SLICE_SIZE[1],
        n_instances=int(row["n_instances"]),
        foreground=int(row["fg_px"]),
        split="held_out" if in_windows(time, HELD_OUT) else "train",
    )


RECIPE = Recipe(
    spec=SPEC,
    params=TrainParams(epochs=20, batch=16, crop=256, learning_rate=3e-3, ema=0.995),
    datasets=nucleus_slices,
    objective=SegmentObjective(lenience=0.4),
    data=(
        "914 slices of Cell Tracking Challenge Fluo-N3DH-CE sequence 01 with its silver truth (Murray et al. "
        "2008, Waterston lab; by way of DevoGraph, MIT); frames 25..34 and 84..93 held out"
    ),
)
