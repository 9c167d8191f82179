"""Small simulated versions of all data sets of the recipes, with the names of the real files."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import tifffile
from scipy.ndimage import zoom
from skimage.io import imsave

from helpers.drawn.neuron_pictures import write_pictures
from helpers.files.movie_files import write_movie
from napari_devolearn.lineage.founders import mother
from napari_devolearn.lineage.naming.sulston import Sulston, load_sulston
from napari_devolearn.simulate.membranes.embryo import simulate_membranes
from napari_devolearn.simulate.params import SimulateParams
from research.drawing.positions import read_embryos
from research.recipes.real_outlines import STILL
from research.tables.epic import PIXEL_SIZE, PLANE_STEP
from research.trackers.drawn_movie import DrawnFrame, iter_drawn

_AGES = range(8, 221, 5)  # minutes, from 2 cells to more than 300; one frame each
_EMBRYOS = 5  # the smallest number of which the recipes hold one out
_SHOWN = (15, 25, 35)  # frames with simulated nuclei
_DEPTHS = range(6, 30, 10)  # slices of a frame
_SLICE = 256  # pixels, 0.18 um high and 0.2489 um wide
_MEMBRANES = SimulateParams(
    frames=1, shape=(30, 80, 120), voxel_size=(0.8, 0.4, 0.4), nuclei=12, eggshell=(19.0, 26.0, 42.0)
)


def write_data_folder(root: Path) -> Path:
    """Write all inputs of the recipes and their evaluations, and return the root folder."""
    positions = root / "epic_positions" / "positions.parquet"
    write_positions(positions)
    drawn = list(iter_drawn(read_embryos(positions)[0], _SHOWN))
    _write_slices(root / "nuclei_ctc_slices", drawn)
    projections = [one.image.max(0).repeat(2, 0).repeat(2, 1) for one in drawn]  # to pixels of 0.09 um
    _write_frames(root / "embryo_movie" / "embryo_timelapse.mov", projections)
    _write_membranes(root)
    write_pictures(root, range(3, 6))
    return root


def write_positions(path: Path) -> None:
    """Write the average embryo several times, each slightly larger, as EPIC's ``positions.parquet``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mean = load_sulston()
    ends = _ends(mean)
    alive = [np.flatnonzero((mean.born <= age) & (age < ends)) for age in _AGES]
    which, counts = np.concatenate(alive), [len(there) for there in alive]
    z, y, x = (mean.position[which] / (PLANE_STEP, PIXEL_SIZE, PIXEL_SIZE)).T
    one = pd.DataFrame(
        {
            "cell": np.array(mean.cells)[which],
            "time": np.repeat(np.arange(1, len(alive) + 1), counts),
            "size": np.repeat([8.9 / PIXEL_SIZE * count**-0.183 for count in counts], counts),
        }
    )
    larger = [1 + number / 50 for number in range(_EMBRYOS)]
    embryos = [one.assign(embryo=f"embryo{n}", z=f * z, y=f * y, x=f * x) for n, f in enumerate(larger)]
    pd.concat(embryos, ignore_index=True).to_parquet(path)


def _ends(mean: Sulston) -> np.ndarray:
    """When each cell is replaced by its daughters: means over embryos leave gaps between the two."""
    ends = mean.divides.copy()
    for cell, born in zip(mean.cells, mean.born, strict=True):
        if (parent := mother(cell)) in mean.index:
            ends[mean.index[parent]] = born
    return ends


def _write_slices(folder: Path, drawn: list[DrawnFrame]) -> None:
    """One frame in each time window in which the egg does not move."""
    rows = []
    for kind in ("images", "labels"):
        (folder / kind).mkdir(parents=True)
    for number, (first, _) in enumerate(STILL):
        image, labels = (_as_slices(volume) for volume in drawn[number % len(drawn)])
        for z in _DEPTHS:
            name = f"t{first:03d}_z{z:02d}.png"
            imsave(folder / "images" / name, image[z], check_contrast=False)
            imsave(folder / "labels" / name, labels[z], check_contrast=False)
            found = np.unique(labels[z]).size - 1
            rows.append((name, first, z, found, int((labels[z] > 0).sum())))
    with (folder / "index.csv").open("w", newline="") as lines:
        csv.writer(lines).writerows([("file", "t", "z", "n_instances", "fg_px"), *rows])


def _as_slices(volume: np.ndarray) -> np.ndarray:
    """Slices with pixels of 0.18 um, with background around them."""
    _, height, width = volume.shape
    wide = round(_SLICE * 0.2489 / 0.18)
    room = ((0, 0), (0, max(0, _SLICE - height)), (0, max(0, wide - width)))
    return np.pad(volume, room, mode="minimum")[:, :_SLICE, np.arange(_SLICE) * wide // _SLICE]


def _write_membranes(root: Path) -> None:
    """A training stack and a held-out one, and a slice as a movie."""
    image = simulate_membranes(_MEMBRANES).image[0]
    raw = root / "membrane_3dmms" / "raw"
    raw.mkdir(parents=True)
    for time in (20, 46):
        tifffile.imwrite(raw / f"t{time:03d}.tif", zoom(image, (1.86, 2.22, 2.22), order=1))
    middle = image[len(image) // 2].repeat(3, 0).repeat(3, 1)
    _write_frames(root / "membrane_video" / "seg_sample.mov", [middle])


def _write_frames(path: Path, frames: list[np.ndarray]) -> None:
    """A movie of six frames."""
    path.parent.mkdir(parents=True)
    even = [frame[: frame.shape[0] // 2 * 2, : frame.shape[1] // 2 * 2] for frame in frames]
    movie = np.stack([even[t % len(even)] for t in range(6)])
    write_movie(path, np.repeat(movie[..., None], 3, axis=-1))
