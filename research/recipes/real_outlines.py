"""Real recordings with derived outlines: slices of Fluo-N3DH-CE and membranes of 3DMMS."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from skimage.io import imread

from napari_devolearn.exceptions import DatasetError
from research.drawing.egg import TurnedEgg, fit_egg
from research.drawing.nuclear_volumes import EmbryoVolume
from research.drawing.outline_views import View, scale_volume
from research.drawing.outlines import fill_membranes
from research.recipes.nucleus import SLICE_SIZE

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Window = tuple[int, int]

STILL: tuple[Window, ...] = (
    *((0, 13), (13, 25), (25, 35), (35, 45), (55, 64), (64, 74), (74, 84), (84, 94), (94, 120)),
)
"""Half-open time windows of Fluo-N3DH-CE over which slices are averaged. None is partly in a held-out
window."""

MEMBRANE_SIZE = (0.43, 0.18, 0.18)
"""Voxel size, (Z, Y, X), in um, of the raw stacks of 3DMMS (Cao et al. 2019)."""

MEMBRANES_HELD_OUT: Window = (40, 56)
"""Held-out time points of 3DMMS, half-open, with the labelled t046."""

_GROUND, _CYTOPLASM = 24.5, 31.0  # grey values of Fluo-N3DH-CE
_SURE, _DEEPEST = 23, 30  # um; haze below the first, no nuclei below the second
_GRID = 64  # edge in pixels of the slices for fitting an egg
_WIDE_ENOUGH = 0.35  # fraction of the widest section above which a section of membranes is reliable


class NuclearSlice(NamedTuple):
    """A slice of Fluo-N3DH-CE and the section of the egg."""

    t: int
    z: int
    image: npt.NDArray[np.uint8]
    inside: Mask


def iter_nuclear_slices(data: Path) -> Iterator[NuclearSlice]:
    """Slices of nuclei in the windows `STILL`, with the section of an egg fitted to the frames of the window.

    In each window the egg does not move. Slices at the same depth are averaged after values above the
    cytoplasm are clipped, and `fit_egg` fits the egg.

    `data`: the folder of all data sets.
    Raises DatasetError if the folder is missing.
    """
    folder = data / "nuclei_ctc_slices"
    if not (folder / "index.csv").is_file():
        raise DatasetError(f"{folder / 'index.csv'}: not found; give the folder of all data sets (--data)")
    with (folder / "index.csv").open(newline="") as lines:
        rows = [(row["file"], int(row["t"]), int(row["z"])) for row in csv.DictReader(lines)]
    for first, end in STILL:
        some = [row for row in rows if first <= row[1] < end]
        images = {file: imread(folder / "images" / file) for file, _, _ in some}
        nuclei = {file: imread(folder / "labels" / file) > 0 for file, _, _ in some}
        egg = _egg_of(some, images, nuclei)
        for file, t, z in some:
            inside = egg.planes([float(z)], images[file].shape, SLICE_SIZE)[0]
            yield NuclearSlice(t, z, images[file], inside)


def _egg_of(
    rows: list[tuple[str, int, int]], images: dict[str, npt.NDArray[np.uint8]], nuclei: dict[str, Mask]
) -> TurnedEgg:
    depths = np.array(sorted({z for _, _, z in rows}))
    at = [[file for file, _, z in rows if z == depth] for depth in depths]
    mean = np.stack([np.mean([_dim_light(images[f]) for f in files], axis=0) for files in at])
    seen = np.stack([_small(np.any([nuclei[f] for f in files], axis=0)) for files in at]) > 0.5
    light = np.clip((mean - _GROUND) / (_CYTOPLASM - _GROUND), 0, 1).astype(np.float32)
    light[depths > _DEEPEST] = 0
    light[(depths > _SURE) & (depths <= _DEEPEST)] = np.nan
    factor = 256 / _GRID
    return fit_egg(light, depths.astype(float), seen, (1.0, SLICE_SIZE[0] * factor, SLICE_SIZE[1] * factor))


def _dim_light(image: npt.NDArray[np.uint8]) -> Floats:
    """Smoothed image with nuclei clipped to slightly above the cytoplasm."""
    return _small(np.minimum(cv2.GaussianBlur(image.astype(np.float32), (0, 0), 2), _CYTOPLASM + 1))


def _small(plane: npt.NDArray[np.generic]) -> Floats:
    small = cv2.resize(plane.astype(np.float32), (_GRID, _GRID), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def nuclear_views(slices: list[NuclearSlice]) -> list[View]:
    """Views of each slice, and of the projection of each frame."""
    views = []
    for t in sorted({one.t for one in slices}):
        frame = [one for one in slices if one.t == t]
        images = np.stack([one.image for one in frame]).astype(np.float32)
        low, high = np.percentile(images, (1, 99.8))
        light = (images - low) / np.float32(max(high - low, 1e-6))
        inside = np.stack([one.inside for one in frame])
        views += [
            View(light=plane, inside=mask, size=SLICE_SIZE, of_volume=True, noisy=True)
            for plane, mask in zip(light, inside, strict=True)
        ]
        middle = np.abs([one.z - 17 for one in frame]).min() < 4
        if len(frame) > 5 and middle:  # else there is no slice near the widest section
            views.append(
                View(
                    light=light.max(0),
                    inside=np.any(inside, axis=0),
                    size=SLICE_SIZE,
                    of_volume=False,
                    noisy=True,
                )
            )
    return views


def membrane_views(path: Path, rng: np.random.Generator, count: int) -> list[View]:
    """Views of slices of a raw stack of 3DMMS with reliable sections, some outside, and of its projection.

    `path`: ``raw/tTTT.tif``.
    `count`: number of slices.
    """
    volume = read_membranes(path)
    areas = volume.inside.sum((1, 2))
    sure = np.flatnonzero((areas > _WIDE_ENOUGH * areas.max()) | (areas == 0))
    size = volume.step[1:]
    chosen = rng.choice(sure, min(count, len(sure)), replace=False)
    views = [
        View(
            light=volume.light[z].astype(np.float32),
            inside=volume.inside[z],
            size=size,
            of_volume=True,
            noisy=True,
        )
        for z in chosen
    ]
    return [
        *views,
        View(
            light=volume.light.max(0).astype(np.float32),
            inside=np.any(volume.inside, axis=0),
            size=size,
            of_volume=False,
            noisy=True,
        ),
    ]


def read_membranes(path: Path) -> EmbryoVolume:
    """A raw stack of 3DMMS with the filled embryo."""
    image = imread(path)
    return scale_volume(image, fill_membranes(image, MEMBRANE_SIZE), MEMBRANE_SIZE)


def membrane_files(data: Path) -> tuple[list[Path], list[Path]]:
    """Raw stacks of 3DMMS for training, and held-out ones.

    `data`: the folder of all data sets.
    Raises DatasetError if the folder is missing.
    """
    files = sorted((data / "membrane_3dmms" / "raw").glob("t[0-9]*.tif"))
    if not files:
        raise DatasetError(f"{data / 'membrane_3dmms'}: no stacks in raw/; give the folder of all data sets")
    first, end = MEMBRANES_HELD_OUT
    held_out = [path for path in files if first <= int(path.stem[1:]) < end]
    return [path for path in files if path not in held_out], held_out
