"""One image of a tif: what is certain of it."""

from __future__ import annotations

from dataclasses import dataclass

from napari_devolearn.io.core.calibration import Calibration
from napari_devolearn.io.tiff.planes import Planes


@dataclass(frozen=True, kw_only=True)
class Image:
    """What the header of a tif says of one image, checked.

    Parameters
    ----------
    letters : str
        The axes in front of Y and X, slowest first: T, Z, C; I or Q where they have no name.
    sizes : tuple of int
        Of those; their product is the number of planes.
    planes : Planes
    calibration : Calibration or None
        None if the file says nothing of it.
    channel_names : tuple of str
    title : str
        Name of the image.
    frames : tuple of int
        Frame numbers, if the file keeps them.
    missing : frozenset of int
        Numbers of frames without an image, if the header keeps them.
    offset : tuple of float
        Where the first voxel lies, (Z, Y, X) in voxels.
    rgb : bool
        The channels are red, green and blue, and opacity if there are four.
    notes : tuple of str
        What the file says that is not so, and how it was opened nevertheless.
    """

    letters: str
    sizes: tuple[int, ...]
    planes: Planes
    calibration: Calibration | None = None
    channel_names: tuple[str, ...] = ()
    title: str = ""
    frames: tuple[int, ...] = ()
    missing: frozenset[int] = frozenset()
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rgb: bool = False
    notes: tuple[str, ...] = ()
