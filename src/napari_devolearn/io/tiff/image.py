"""Image: one image of a tif with its checked description."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from napari_devolearn.io.core.calibration import Calibration
from napari_devolearn.io.tiff.planes import Planes


@dataclass(frozen=True, kw_only=True)
class Described:
    """Description of one image by its header.

    Parameters
    ----------
    letters : str
        The axes before Y and X, slowest first: T, Z, C; I or Q if unnamed.
    sizes : tuple of int
        Sizes of these axes.
    calibration : Calibration or None
        None if the header has none.
    channel_names : tuple of str
    title : str
        Name of the image.
    frames : tuple of int
        Frame numbers, if the header stores them.
    missing : frozenset of int
        Numbers of frames without an image, if the header stores them.
    offset : tuple of float
        Position of the first voxel, (Z, Y, X) in voxels.
    notes : tuple of str
        Problems for a warning, and how the image is opened nevertheless.
    """

    letters: str
    sizes: tuple[int, ...]
    calibration: Calibration | None = None
    channel_names: tuple[str, ...] = ()
    title: str = ""
    frames: tuple[int, ...] = ()
    missing: frozenset[int] = frozenset()
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    notes: tuple[str, ...] = ()

    @property
    def description(self) -> dict[str, Any]:
        """All fields by name, for another image with the same description."""
        return {field.name: getattr(self, field.name) for field in fields(Described)}


@dataclass(frozen=True, kw_only=True)
class Image(Described):
    """Checked description of one image: the product of the sizes is the number of planes.

    Parameters
    ----------
    planes : Planes
    rgb : bool
        The channels are red, green, blue and, if there are four, opacity.
    """

    planes: Planes
    rgb: bool = False
