"""Find ground truth in a CTC folder: shapes from SEG, markers from TRA, as in the challenge."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from napari_devolearn.exceptions import CTCFormatError
from napari_devolearn.io.ctc.layout import holds_masks, mask_folders, sequences
from napari_devolearn.io.ome_zarr.reader import is_zarr


class Truth(NamedTuple):
    """Paths of the ground truth.

    Parameters
    ----------
    shapes : Path
        File or folder of labels for shape scores.
    markers : Path or None
        Folder of labels for DET; None if that is `shapes`.
    """

    shapes: Path
    markers: Path | None = None


def find_truth(path: Path) -> Truth:
    """Find the ground truth in a path.

    `path`: a tif, an OME-Zarr, a folder of masks, ``01_GT`` or ``01_ST``, or the root of a data set with the
    ground truth of one sequence. In ``01_GT`` with both, SEG gives shapes and TRA markers. Gold truth is
    preferred to silver truth.
    Raises CTCFormatError if a data set has no ground truth, or that of several sequences.
    """
    if not path.is_dir() or holds_masks(path) or is_zarr(path):
        return Truth(path)
    if folders := mask_folders(path):
        return _choose({folder.name.upper(): folder for folder in folders})
    with_truth = [found.truth for found in sequences(path) if found.truth]
    if len(with_truth) != 1:
        found = f"ground truth of {len(with_truth)} sequences" if with_truth else "no ground truth"
        raise CTCFormatError(
            f"{path}: {found}; give one folder, such as 01_GT or 01_ST/SEG, or a tif of labels"
        )
    return _choose(with_truth[0])


def find_table(folder: Path) -> Path | None:
    """The track table in a folder of masks, or None."""
    tables = (folder / name for name in ("res_track.txt", "man_track.txt"))
    return next((table for table in tables if table.is_file()), None)


def _choose(folders: dict[str, Path]) -> Truth:
    # TRA may contain only spots, so it is the last choice for shapes
    shapes = next(folders[key] for key in ("SEG", "ST", "TRA") if key in folders)
    markers = folders.get("TRA")
    return Truth(shapes, None if markers == shapes else markers)
