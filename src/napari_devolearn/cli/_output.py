"""Where labels go: checked before the work begins, so that hours of it are never lost."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from napari_devolearn._types import Labels
from napari_devolearn.exceptions import OutputExistsError
from napari_devolearn.io.stack import Stack

_TIFF = (".tif", ".tiff")
_OTHER_FORMATS = {
    *(".png", ".jpg", ".jpeg", ".bmp", ".gif", ".npy", ".npz", ".zarr"),
    *(".h5", ".hdf5", ".mha", ".nii", ".csv", ".txt", ".xml", ".json"),
}


def check_output(path: Path, *, overwrite: bool, source: Path) -> None:
    """Refuse an output that cannot be meant.

    Parameters
    ----------
    path : Path
        A ``.tif`` file or a folder.
    overwrite : bool
        Allow what exists.
    source : Path
        The input, which must stay.

    Raises
    ------
    ValueError
        If its suffix is that of another format, or it is the input.
    OutputExistsError
        If something is there already.
    """
    if path.suffix.lower() in _OTHER_FORMATS:
        raise ValueError(
            f"{path}: labels are not written as {path.suffix}; give a name in .ome.tif, or a folder"
        )
    if path.resolve() == source.resolve():
        raise ValueError(f"{path}: is the input; give the labels a name of their own")
    occupied = any(path.iterdir()) if path.is_dir() else path.exists()
    if occupied and not overwrite:
        raise OutputExistsError(f"{path}: is there already; give another name, or --overwrite")


def is_tiff(path: Path) -> bool:
    """Whether labels go to one file, not to a folder."""
    return path.suffix.lower() in _TIFF


def write_labels(path: Path, labels: Iterable[Labels], stack: Stack, *, overwrite: bool) -> None:
    """Write labels frame by frame, as one OME-TIFF or a Cell Tracking Challenge folder.

    Parameters
    ----------
    path : Path
        A ``.tif`` file or a folder.
    labels : iterable of ndarray, (Z, Y, X), uint32
        One for each frame of the stack.
    stack : Stack
        Gives shape, calibration and frame numbers.
    overwrite : bool
        Replace what exists.
    """
    from napari_devolearn.io.ctc_result import write_ctc
    from napari_devolearn.io.ome_tiff import write_ome_tiff

    if is_tiff(path):
        write_ome_tiff(
            path,
            labels,
            shape=stack.shape,
            voxel_size=stack.voxel_size,
            frame_interval=stack.frame_interval,
            frames=stack.frames,
            overwrite=overwrite,
        )
    else:
        numbered = zip(stack.frames, labels, strict=True)
        write_ctc(path, numbered, voxel_size=stack.voxel_size, overwrite=overwrite)
