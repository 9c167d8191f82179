"""The folder of a user: small versions of all files and folders named in the docs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import tifffile

import napari_devolearn as nd
from data_folder import write_positions
from helpers.files.movie_files import write_movie
from helpers.files.prepared_pairs import write_prepared
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.simulate.dataset import write_embryo
from napari_devolearn.simulate.embryo import SimulatedEmbryo

# Number of frames that a movie needs for the page's text to be true.
_LONG = {"--split-window": 95, "--ignore 3,7": 13}

Maker = Callable[[Path, SimulatedEmbryo], object]


def fill(folder: Path, text: str, embryo: SimulatedEmbryo) -> None:
    """Make all files named in a text.

    Parameters
    ----------
    folder : Path
    text : str
        All blocks of a page; files that its commands write (``-o``) are not made.
    embryo : SimulatedEmbryo
        Content of the files: three frames, in which a nucleus divides.
    """
    frames = max((frames for option, frames in _LONG.items() if option in text), default=0)
    embryo = _longer(embryo, frames)
    written = set(re.findall(r"-o\s+(\S+)", text))
    for name, make in _MAKERS.items():
        wanted = re.search(rf"(?<![\w/.-]){re.escape(name)}(?![\w-])", text)
        if wanted and name.rstrip("/") not in written:
            make(folder / name, embryo)


def _longer(embryo: SimulatedEmbryo, frames: int) -> SimulatedEmbryo:
    """Repeat the last frame up to a number of frames."""
    more = max(0, frames - len(embryo.image))
    image, labels = (
        np.pad(a, ((0, more), *[(0, 0)] * 3), mode="edge") for a in (embryo.image, embryo.labels)
    )
    last = max(row.end for row in embryo.tracks.rows)
    rows = tuple(row._replace(end=row.end + more * (row.end == last)) for row in embryo.tracks.rows)
    return replace(embryo, image=image, labels=labels, tracks=Tracks(rows))


def _dataset(path: Path, embryo: SimulatedEmbryo) -> None:
    write_embryo(path, embryo)


def _stack(path: Path, embryo: SimulatedEmbryo) -> None:
    z, y, x = embryo.voxel_size
    metadata = {"spacing": z, "unit": "um", "axes": "ZYX"}
    tifffile.imwrite(path, embryo.image[0], imagej=True, resolution=(1 / x, 1 / y), metadata=metadata)


def _frames(path: Path, embryo: SimulatedEmbryo) -> None:
    path.mkdir()
    for t, volume in enumerate(embryo.image):
        tifffile.imwrite(path / f"t{t:03d}.tif", volume, photometric="minisblack")


def _labels(path: Path, embryo: SimulatedEmbryo) -> None:
    nd.write_ome_tiff(path, embryo.labels, voxel_size=embryo.voxel_size)


def _volume(path: Path, embryo: SimulatedEmbryo) -> None:
    tifffile.imwrite(path, embryo.labels[0], photometric="minisblack")


def _masks(path: Path, embryo: SimulatedEmbryo) -> None:
    nd.write_ctc(path, embryo.labels, embryo.tracks)


def _truth(path: Path, embryo: SimulatedEmbryo) -> None:
    shutil.copytree(write_embryo(path.parent / ".truth", embryo) / "01_GT", path)


def _zarr(path: Path, embryo: SimulatedEmbryo) -> None:
    import zarr

    axes = [{"name": "t", "type": "time"}]
    axes += [{"name": name, "type": "space", "unit": "micrometer"} for name in "zyx"]
    scale = {"type": "scale", "scale": [1, *embryo.voxel_size]}
    datasets = [{"path": "0", "coordinateTransformations": [scale]}]
    group = zarr.open_group(path, mode="w", zarr_format=3)
    group.create_array("0", data=embryo.image, chunks=(1, *embryo.image.shape[1:]))
    group.attrs["ome"] = {"version": "0.5", "multiscales": [{"axes": axes, "datasets": datasets}]}


def _movie(path: Path, embryo: SimulatedEmbryo) -> None:
    projected = embryo.image.max(axis=1).repeat(4, axis=1).repeat(4, axis=2)
    bright = (255.0 * projected / projected.max()).astype(np.uint8)
    write_movie(path, np.repeat(bright[..., None], 3, axis=-1))


def _counts(path: Path, _: SimulatedEmbryo) -> None:
    path.write_text("frame,AB,E,MS,P,C,D,Z\n0,2,1,1,1,0,0,0\n1,2,1,1,1,0,0,0\n2,4,1,1,1,0,0,0\n")


def _matlab(path: Path, embryo: SimulatedEmbryo) -> None:
    from scipy.io import savemat

    savemat(path, {"raw": embryo.image, "label": embryo.labels})


def _pictures(path: Path, embryo: SimulatedEmbryo) -> None:
    from PIL import Image

    for kind in ("images", "masks"):
        (path / kind).mkdir(parents=True)
    for t, (image, labels) in enumerate(zip(embryo.image[:, 3], embryo.labels[:, 3], strict=True)):
        Image.fromarray((image / image.max() * 255).astype(np.uint8)).save(path / f"images/{t}.png")
        Image.fromarray((labels > 0).astype(np.uint8) * 255).save(path / f"masks/{t}.png")


def _photo(path: Path, _: SimulatedEmbryo) -> None:
    from PIL import Image

    grain = np.random.default_rng(0).normal(150, 3, (96, 128, 3)).astype(np.uint8)
    Image.fromarray(grain).save(path)


def _positions(path: Path, _: SimulatedEmbryo) -> None:
    write_positions(path)


def _prepared(path: Path, _: SimulatedEmbryo) -> None:
    write_prepared(path)


# In this order: a name that is a prefix of another comes after it.
_MAKERS: dict[str, Maker] = {
    "Fluo-N3DH-CE": _dataset,
    "stack.tif": _stack,
    "embryo.tif": _stack,
    "t046.tif": _stack,
    "truth.tif": _volume,
    "labels.ome.tif": _labels,
    "cells.ome.tif": _labels,
    "embryo/": _frames,
    "masks/": _masks,
    "01_SEG": _masks,
    "01_RES": _masks,
    "01_GT": _truth,
    "movie.ome.zarr": _zarr,
    "movie.mov": _movie,
    "embryo_timelapse.mov": _movie,
    "counts.csv": _counts,
    "truth.csv": _counts,
    "positions.parquet": _positions,
    "membranes.mat": _matlab,
    "neurons": _pictures,
    "photo.jpg": _photo,
    "DATA": _prepared,
    "prepared": _prepared,
}
