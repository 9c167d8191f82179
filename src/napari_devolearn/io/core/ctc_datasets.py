"""Voxel sizes of the Cell Tracking Challenge (CTC) data sets, which their files do not contain.

Source: "Pixel size (microns)" or "Voxel size (microns)", in the order X, Y, Z, and "Time step (min)", on
https://celltrackingchallenge.net/2d-datasets/ and https://celltrackingchallenge.net/3d-datasets/.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from napari_devolearn._types import VoxelSize


class CTCDataset(NamedTuple):
    """Voxel size (Z, Y, X) in um, with Z = 1 for a single plane, and frame interval in minutes, if known.

    `name` is that of its folder. The interval is None if its sequences differ or no source was found.
    """

    name: str
    voxel_size: VoxelSize
    frame_interval: float | None


# Omitted: Fluo-C2DL-MSC, whose sequences differ (0.3 and 0.3977 um), and Fluo-N3DL-TRIC, a
# cartographic projection without a voxel size.
CTC_DATASETS = (
    CTCDataset("BF-C2DL-HSC", (1.0, 0.645, 0.645), 5.0),
    CTCDataset("BF-C2DL-MuSC", (1.0, 0.645, 0.645), 5.0),
    CTCDataset("DIC-C2DH-HeLa", (1.0, 0.19, 0.19), 10.0),
    CTCDataset("Fluo-C2DL-Huh7", (1.0, 0.65, 0.65), 15.0),
    CTCDataset("Fluo-N2DH-GOWT1", (1.0, 0.24, 0.24), 5.0),
    CTCDataset("Fluo-N2DH-SIM+", (1.0, 0.125, 0.125), 29.0),
    CTCDataset("Fluo-N2DL-HeLa", (1.0, 0.645, 0.645), 30.0),
    CTCDataset("PhC-C2DH-U373", (1.0, 0.65, 0.65), 15.0),
    CTCDataset("PhC-C2DL-PSC", (1.0, 1.6, 1.6), 10.0),
    CTCDataset("Fluo-C3DH-A549", (1.0, 0.126, 0.126), None),
    CTCDataset("Fluo-C3DH-A549-SIM", (1.0, 0.126, 0.126), None),
    CTCDataset("Fluo-C3DH-H157", (0.5, 0.126, 0.126), None),  # "2 (1)" min
    CTCDataset("Fluo-C3DL-MDA231", (6.0, 1.242, 1.242), 80.0),
    CTCDataset("Fluo-N3DH-CE", (1.0, 0.09, 0.09), 1.0),  # "1 (1.5)" min; embryo: Murray et al. 2008
    CTCDataset("Fluo-N3DH-CHO", (1.0, 0.202, 0.202), 9.5),
    CTCDataset("Fluo-N3DH-SIM+", (0.2, 0.125, 0.125), 29.0),
    CTCDataset("Fluo-N3DL-DRO", (2.03, 0.406, 0.406), 0.5),
    CTCDataset("Fluo-N3DL-TRIF", (0.38, 0.38, 0.38), None),
)


def find_ctc_dataset(path: Path) -> CTCDataset | None:
    """Find the data set of a path by a folder name, the innermost first: ``data/Fluo-N3DH-CE (1)/01_GT``.

    Case, and text after the name, are ignored.
    """
    for part in reversed(path.absolute().parts):
        # longest names first, since some names begin with another one
        for row in sorted(CTC_DATASETS, key=lambda row: -len(row.name)):
            rest = part[len(row.name) :]
            if part.casefold().startswith(row.name.casefold()) and not rest[:1].isalnum():
                return row
    return None
