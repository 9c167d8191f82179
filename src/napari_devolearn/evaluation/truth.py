"""Which folder of a truth says what: shapes from SEG, presence from TRA, as the challenge does."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from napari_devolearn.exceptions import CTCFormatError
from napari_devolearn.io.ctc.layout import holds_masks, mask_folders, sequences
from napari_devolearn.io.ome_zarr.reader import is_zarr


class Truth(NamedTuple):
    """Where the truth lies.

    Parameters
    ----------
    shapes : Path
        File or folder of the labels that shapes are compared with.
    markers : Path or None
        Folder of the labels that DET counts objects by; None if that is `shapes`, too.
    """

    shapes: Path
    markers: Path | None = None


def find_truth(path: Path) -> Truth:
    """Find the truth that a path means.

    Parameters
    ----------
    path : Path
        One tif, an OME-Zarr, a folder of masks, ``01_GT`` or ``01_ST``, or the root of a data set with the
        truth of one sequence.

    Returns
    -------
    Truth
        Of ``01_GT`` with both: SEG for shapes and TRA for markers. Gold truth goes before silver.

    Raises
    ------
    CTCFormatError
        If a data set has no truth, or that of several sequences.
    """
    if not path.is_dir() or holds_masks(path) or is_zarr(path):
        return Truth(path)
    if folders := mask_folders(path):
        return _choose({folder.name.upper(): folder for folder in folders})
    with_truth = [found.truth for found in sequences(path) if found.truth]
    if len(with_truth) != 1:
        found = f"the truth of {len(with_truth)} sequences" if with_truth else "no truth"
        raise CTCFormatError(
            f"{path}: holds {found}; give the folder of one, such as 01_GT or 01_ST/SEG, or a tif of labels"
        )
    return _choose(with_truth[0])


def find_table(folder: Path) -> Path | None:
    """The table of tracks in a folder of masks, if there is one."""
    tables = (folder / name for name in ("res_track.txt", "man_track.txt"))
    return next((table for table in tables if table.is_file()), None)


def _choose(folders: dict[str, Path]) -> Truth:
    # markers of TRA may be mere spots, so that they are the last choice for shapes
    shapes = next(folders[key] for key in ("SEG", "ST", "TRA") if key in folders)
    markers = folders.get("TRA")
    return Truth(shapes, None if markers == shapes else markers)
