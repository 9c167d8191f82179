"""A simulated embryo as a data set of the Cell Tracking Challenge (CTC)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from napari_devolearn.exceptions import OutputExistsError
from napari_devolearn.simulate.embryo import SimulatedEmbryo

_FOLDERS = {
    "01": re.compile(r"t[0-9]+\.tif"),
    "01_GT/SEG": re.compile(r"man_seg[0-9]+\.tif"),
    "01_GT/TRA": re.compile(r"man_track([0-9]+\.tif|\.txt)"),
}


def write_embryo(folder: Path | str, embryo: SimulatedEmbryo, *, overwrite: bool = False) -> Path:
    """Write images and ground truth in the layout of a CTC data set, completely or not at all.

    ::

        01/          t000.tif ..
        01_GT/TRA/   man_track000.tif .., man_track.txt
        01_GT/SEG/   man_seg000.tif .., the same masks

    `folder`: root of the data set; created if missing.
    `overwrite`: replace these files in a folder that is not empty; all others stay.
    Returns the folder.
    Raises OutputExistsError or OutputError if the folder is not empty or cannot be written.
    """
    from napari_devolearn.io.writing.atomic import atomic_folder

    folder = Path(folder)
    if not overwrite and folder.is_dir() and any(folder.iterdir()):
        raise OutputExistsError(f"{folder}: is not empty; choose a new folder name or pass overwrite=True")
    with ExitStack() as stages:
        images, seg, tra = (
            stages.enter_context(atomic_folder(folder / part, ours=_named(names), overwrite=overwrite))
            for part, names in _FOLDERS.items()
        )
        _write_images(images, embryo)
        _write_truth(tra, seg, embryo)
    return folder


def _named(names: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda name: names.fullmatch(name) is not None


def _write_images(folder: Path, embryo: SimulatedEmbryo) -> None:
    from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff

    digits = max(3, len(str(len(embryo.image) - 1)))
    for t, volume in enumerate(embryo.image):
        write_ome_tiff(
            folder / f"t{t:0{digits}d}.tif",
            volume,
            voxel_size=embryo.voxel_size,
            frame_interval=embryo.frame_interval,
            name="image",
        )


def _write_truth(tra: Path, seg: Path, embryo: SimulatedEmbryo) -> None:
    from napari_devolearn.io.ctc.ctc_result import write_ctc

    *masks, table = write_ctc(tra, embryo.labels, embryo.tracks, voxel_size=embryo.voxel_size)
    table.rename(tra / "man_track.txt")
    for mask in masks:
        number = mask.name.removeprefix("mask")
        shutil.copyfile(mask.rename(tra / f"man_track{number}"), seg / f"man_seg{number}")
