"""Small valid files of every readable format; the grey value of frame t, slice z is 10 (4 t + z + 1)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tifffile

from helpers.files.microscope_files import write_lsm, write_stk
from helpers.files.movie_files import write_movie

FRAMES, SLICES, HEIGHT, WIDTH = 4, 3, 12, 16


class Seed(NamedTuple):
    """A valid file or folder.

    Parameters
    ----------
    opened : str
        Name inside the folder of the seed, of what is opened.
    mangled : tuple of str
        Names of the files inside the folder, of which one is changed.
    """

    opened: str
    mangled: tuple[str, ...]


def levels(frames: int = FRAMES, slices: int = SLICES) -> np.ndarray:
    """Pixels (T, Z, Y, X), uint16: each plane has its own grey value."""
    greys = 10 * (4 * np.arange(frames)[:, None] + np.arange(slices)[None] + 1)
    planes = np.broadcast_to(greys[..., None, None], (frames, slices, HEIGHT, WIDTH))
    return np.ascontiguousarray(planes).astype(np.uint16)


def masks() -> np.ndarray:
    """Labels (T, Z, Y, X), uint16: cells 1 and 2, which move by one pixel per frame."""
    labels = np.zeros((FRAMES, SLICES, HEIGHT, WIDTH), np.uint16)
    for t in range(FRAMES):
        labels[t, :, 2:5, 1 + t : 4 + t] = 1
        labels[t, :, 7:10, 8 - t : 11 - t] = 2
    return labels


def imagej(folder: Path) -> list[Seed]:
    """ImageJ hyperstacks, with one IFD and with one per page."""
    told = {"axes": "TZYX", "spacing": 2.0, "unit": "um", "finterval": 90.0}
    for name, options in (("one.tif", {}), ("pages.tif", {"compression": "zlib"})):
        tifffile.imwrite(folder / name, levels(), imagej=True, resolution=(2, 2), metadata=told, **options)
    return [Seed("one.tif", ("one.tif",)), Seed("pages.tif", ("pages.tif",))]


def ome(folder: Path) -> list[Seed]:
    """OME-TIFF, uncompressed and compressed."""
    told = {"axes": "TZYX", "PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5, "PhysicalSizeZ": 2.0}
    tifffile.imwrite(folder / "a.ome.tif", levels(), metadata=told)
    tifffile.imwrite(folder / "b.ome.tif", levels(), metadata=told, compression="zlib")
    return [Seed("a.ome.tif", ("a.ome.tif",)), Seed("b.ome.tif", ("b.ome.tif",))]


def other_tifs(folder: Path) -> list[Seed]:
    """TIFF files of Zeiss, MetaMorph and tifffile, and plain pages."""
    write_lsm(folder / "a.lsm.tif", levels()[:, :, None], seconds=90.0)
    write_stk(folder / "b.stk.tif", levels()[0])
    tifffile.imwrite(folder / "c.tif", levels(), metadata={"axes": "TZYX"}, photometric="minisblack")
    for name, options in (("d.tif", {}), ("e.tif", {"compression": "zlib"})):
        with tifffile.TiffWriter(folder / name) as tif:
            for plane in levels().reshape(-1, HEIGHT, WIDTH):
                tif.write(plane, metadata=None, contiguous=False, photometric="minisblack", **options)
    return [Seed(name, (name,)) for name in ("a.lsm.tif", "b.stk.tif", "c.tif", "d.tif", "e.tif")]


def ctc(folder: Path) -> list[Seed]:
    """A sequence, and masks with their track table."""
    (folder / "01").mkdir()
    (folder / "01_GT" / "TRA").mkdir(parents=True)
    for t in range(FRAMES):
        tifffile.imwrite(folder / "01" / f"t{t:03d}.tif", levels()[t], photometric="minisblack")
        mask = folder / "01_GT" / "TRA" / f"man_track{t:03d}.tif"
        tifffile.imwrite(mask, masks()[t], photometric="minisblack", compression="zlib")
    (folder / "01_GT" / "TRA" / "man_track.txt").write_text("1 0 3 0\n2 0 3 0\n")
    return [
        Seed("01", ("01/t001.tif", "01/t002.tif")),
        Seed("01_GT/TRA", ("01_GT/TRA/man_track002.tif",)),
    ]


def ctc_table(folder: Path) -> list[Seed]:
    """A data set of which only the track table is changed."""
    ctc(folder)
    return [Seed("01_GT/TRA", ("01_GT/TRA/man_track.txt",))]


def ome_zarr(folder: Path) -> list[Seed]:
    """OME-Zarr as this package writes it in Zarr 2 and 3, with resolution levels, and one with Blosc."""
    import zarr
    from numcodecs import Blosc

    from helpers.files.zarr_files import create_pyramid

    for name, form in (("two.zarr", 2), ("three.zarr", 3)):
        made = create_pyramid(
            folder / name,
            "m",
            levels().shape,
            np.uint16,
            voxel_size=(2, 0.5, 0.5),
            labels=False,
            zarr_format=form,
        )
        for t, volume in enumerate(levels()):
            made.write(t, volume)
    described = json.loads((folder / "two.zarr" / ".zattrs").read_text())
    del described["napari-devolearn"]
    group = zarr.create_group(str(folder / "blosc.zarr"), attributes=described, zarr_format=2)
    group.create_array("0", data=levels(), chunks=(1, 1, HEIGHT, WIDTH), compressors=Blosc("lz4"))
    return [
        Seed("two.zarr", ("two.zarr/.zattrs", "two.zarr/0/.zarray", "two.zarr/0/1/0/0/0")),
        Seed("three.zarr", ("three.zarr/zarr.json", "three.zarr/0/zarr.json", "three.zarr/0/c/1/0/0/0")),
        Seed("blosc.zarr", ("blosc.zarr/.zattrs", "blosc.zarr/0/.zarray", "blosc.zarr/0/1.0.0.0")),
    ]


def movies(folder: Path) -> list[Seed]:
    """Movies of twelve frames in the common containers."""
    frames = np.broadcast_to(20 * np.arange(12)[:, None, None, None], (12, 16, 32, 3)).astype(np.uint8)
    made = {
        "a.mov": "mpeg4",
        "b.mp4": "libx264",
        "c.avi": "libx264",
        "d.avi": "mjpeg",
        "e.mkv": "mpeg4",
        "f.mkv": "libx264",
    }
    for name, codec in made.items():
        write_movie(folder / name, frames, codec=codec, every=4)
    return [Seed(name, (name,)) for name in made]


def _outlined(folder: Path, name: str) -> list[Seed]:
    from napari_devolearn.io.rle.masked_image import iter_masked_images
    from napari_devolearn.io.rle.rle_file import write_rle

    write_rle(folder / name, iter_masked_images(masks()[:2, :1], ["a", "b"]), compressed=False)
    return [Seed(name, (name,))]


def coco(folder: Path) -> list[Seed]:
    """COCO JSON with uncompressed run lengths."""
    return _outlined(folder, "a.coco.json")


def kaggle(folder: Path) -> list[Seed]:
    """Kaggle table of run lengths."""
    return _outlined(folder, "a.rle.csv")


def png(folder: Path) -> list[Seed]:
    """Greyscale images of 8 and 16 bits."""
    import imagecodecs

    (folder / "a.png").write_bytes(imagecodecs.png_encode(levels()[1, 1].astype(np.uint8)))
    (folder / "b.png").write_bytes(imagecodecs.png_encode(levels()[1, 1]))
    return [Seed("a.png", ("a.png",)), Seed("b.png", ("b.png",))]


def mat(folder: Path) -> list[Seed]:
    """MATLAB volumes, uncompressed and compressed."""
    from scipy.io import savemat

    volume = levels()[1].transpose(1, 2, 0)
    savemat(folder / "a.mat", {"volume": volume})
    savemat(folder / "b.mat", {"volume": volume}, do_compression=True)
    return [Seed("a.mat", ("a.mat",)), Seed("b.mat", ("b.mat",))]


def model_spec(folder: Path) -> list[Seed]:
    """The spec of a shipped model."""
    from napari_devolearn.models.registry import find_model
    from napari_devolearn.models.spec_file import write_spec

    write_spec(find_model("nucleus").spec, folder / "nucleus.json")
    return [Seed("nucleus.json", ("nucleus.json",))]


def counts(folder: Path) -> list[Seed]:
    """A table of lineage counts."""
    rows = ["frame,time_min,AB,E,MS,P,C,D,Z,total,age_min,trusted,measured"]
    rows += [f"{t},{t}.5,{4 + t},1,1,1,1,0,0,{8 + t},{20 + t},true,true" for t in range(6)]
    (folder / "counts.csv").write_text("\n".join(rows) + "\n")
    return [Seed("counts.csv", ("counts.csv",))]


FORMATS: dict[str, Callable[[Path], list[Seed]]] = {
    "tif_imagej": imagej,
    "tif_ome": ome,
    "tif_other": other_tifs,
    "tif_ctc": ctc,
    "ctc_table": ctc_table,
    "ome_zarr": ome_zarr,
    "movie": movies,
    "coco": coco,
    "kaggle": kaggle,
    "png": png,
    "mat": mat,
    "model_spec": model_spec,
    "counts": counts,
}
