"""A simulated embryo as a data set of the Cell Tracking Challenge (CTC)."""

from __future__ import annotations

import shutil
from pathlib import Path

from napari_devolearn.simulate.embryo import SimulatedEmbryo


def write_embryo(folder: Path | str, embryo: SimulatedEmbryo) -> Path:
    """Write images and truth in the layout of a CTC data set, whole or not at all.

    ::

        01/          t000.tif ..
        01_GT/TRA/   man_track000.tif .., man_track.txt
        01_GT/SEG/   man_seg000.tif .., the same masks

    Parameters
    ----------
    folder : Path or str
        The data set's root; new or empty.
    embryo : SimulatedEmbryo

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputExistsError, OutputError
        If the folder has content already or cannot be written.
    """
    from napari_devolearn.io._atomic import atomic_folder

    folder = Path(folder)
    with atomic_folder(folder, ours=lambda _name: False) as stage:
        _write_images(stage / "01", embryo)
        _write_truth(stage / "01_GT", embryo)
    return folder


def _write_images(folder: Path, embryo: SimulatedEmbryo) -> None:
    from napari_devolearn.io.ome_tiff import write_ome_tiff

    digits = max(3, len(str(len(embryo.image) - 1)))
    for t, volume in enumerate(embryo.image):
        write_ome_tiff(
            folder / f"t{t:0{digits}d}.tif",
            volume,
            voxel_size=embryo.voxel_size,
            frame_interval=embryo.frame_interval,
            name="image",
        )


def _write_truth(folder: Path, embryo: SimulatedEmbryo) -> None:
    from napari_devolearn.io.ctc_result import write_ctc

    tra, seg = folder / "TRA", folder / "SEG"
    *masks, table = write_ctc(tra, embryo.labels, embryo.tracks, voxel_size=embryo.voxel_size)
    table.rename(tra / "man_track.txt")
    seg.mkdir()
    for mask in masks:
        number = mask.name.removeprefix("mask")
        shutil.copyfile(mask.rename(tra / f"man_track{number}"), seg / f"man_seg{number}")
