"""Check outputs before the work begins, so that no computation is lost."""

from __future__ import annotations

import argparse
from pathlib import Path

from napari_devolearn.exceptions import OutputExistsError, ParameterError
from napari_devolearn.io.core.tif_names import WRITTEN_SUFFIXES
from napari_devolearn.io.ome_zarr.output import is_zarr_target, label_target
from napari_devolearn.io.writing.target import check_not_input, check_target, check_writable
from napari_devolearn.io.writing.unfinished import SUFFIX, Unfinished

_OTHER_FORMATS = {
    *(".png", ".jpg", ".jpeg", ".bmp", ".gif", ".npy", ".npz"),
    *(".h5", ".hdf5", ".mha", ".nii", ".csv", ".txt", ".xml", ".json"),
}


def check_output(path: Path, *, overwrite: bool, source: Path) -> None:
    """Refuse an implausible output path.

    `path`: a ``.tif`` file, an OME-Zarr or a folder.
    `overwrite`: allow existing outputs.
    `source`: the input, which is never overwritten.
    Raises ParameterError if the path has the suffix of another format, or is the input.
    Raises OutputExistsError or OutputError if it exists, or cannot be written.
    """
    if path.suffix.lower() in _OTHER_FORMATS:
        more = ", then use 'convert'" if path.suffix.lower() in (".csv", ".json") else ""
        raise ParameterError(
            f"{path}: labels cannot be written as {path.suffix}; give a name ending in .ome.tif or "
            f".ome.zarr, or a folder{more}"
        )
    check_writable(path)
    in_image = label_target(path, "labels") != path  # labels are written into their OME-Zarr image
    if not in_image:
        check_not_input(path, source)
    exists = any(one.name != SUFFIX for one in path.iterdir()) if path.is_dir() else path.exists()
    if exists and not (overwrite or in_image or is_finishing(path)):
        raise OutputExistsError(f"{path}: already exists; give another name, or --overwrite")


def check_table_and_plot(arguments: argparse.Namespace) -> None:
    """Check ``--output`` and ``--plot`` of a subcommand that writes a table."""
    from napari_devolearn.io.tables.figure import check_plot_name
    from napari_devolearn.io.tables.table import check_table

    check_table(arguments.output, overwrite=arguments.overwrite)
    if arguments.plot is not None:
        check_plot_name(arguments.plot)
        check_target(arguments.plot, overwrite=arguments.overwrite)


def is_folder(path: Path) -> bool:
    """Whether the output is a folder of masks, not a tif or an OME-Zarr."""
    return path.suffix.lower() not in WRITTEN_SUFFIXES and not is_zarr_target(path)


def is_finishing(path: Path) -> bool:
    """Whether a run was interrupted while it moved this result to its final path."""
    return Unfinished(path).finishing
