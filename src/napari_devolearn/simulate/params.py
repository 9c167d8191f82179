"""SimulateParams: validated parameters of a simulation."""

from __future__ import annotations

import math
from dataclasses import dataclass

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import refuse
from napari_devolearn.simulate.nucleus import Z_STRETCH, diameter

REAL_EGGSHELL: VoxelSize = (25.0, 30.0, 50.0)
"""Diameters (Z, Y, X) in um of a C. elegans egg, as seen in Fluo-N3DH-CE."""

FULLEST = 0.35
"""Maximum fraction of the egg filled by nuclei; spheres that do not overlap jam at about 0.6."""


@dataclass(frozen=True, kw_only=True)
class SimulateParams:
    """Parameters of a simulated embryo; the same parameters give identical images.

    Parameters
    ----------
    seed : int
        Random seed.
    frames : int
        Number of time points.
    shape : tuple of int
        (Z, Y, X) of one volume in voxels.
    voxel_size : tuple of float
        (Z, Y, X) in um.
    frame_interval : float
        Minutes between frames.
    nuclei : int
        Nuclei in the first frame. They divide as in C. elegans, until the egg is full.
    eggshell : tuple of float, optional
        Diameters (Z, Y, X) in um of the egg, in the middle of the field. By default those of a real egg,
        or 0.9 of the field along axes where the field is too small.
    noise : float
        Variance of the photon noise relative to a real recording; 0 for none.

    Raises
    ------
    ParameterError
        If a value is invalid; the message lists every problem.
    """

    seed: int = 0
    frames: int = 12
    shape: tuple[int, int, int] = (25, 160, 240)
    voxel_size: VoxelSize = (1.0, 0.25, 0.25)
    frame_interval: float = 1.0
    nuclei: int = 10
    eggshell: VoxelSize | None = None
    noise: float = 1.0

    def __post_init__(self) -> None:
        checks = (
            (self.seed < 0, f"seed {self.seed} is below 0"),
            (self.frames < 1, f"frames {self.frames} is below 1"),
            (not _three_lengths(self.shape), f"shape {self.shape} is not three sizes (Z, Y, X)"),
            (not _three_lengths(self.voxel_size), f"voxel_size {self.voxel_size} is not three lengths in um"),
            (
                not 0 < self.frame_interval < math.inf,
                f"frame_interval {self.frame_interval} min is not above 0",
            ),
            (self.nuclei < 1, f"nuclei {self.nuclei} is below 1"),
            (
                self.eggshell is not None and not _three_lengths(self.eggshell),
                f"eggshell {self.eggshell} is not three lengths in um",
            ),
            (not 0 <= self.noise < math.inf, f"noise {self.noise} is below 0 or not finite"),
        )
        refuse("simulation", checks)
        refuse("simulation", self._checks_together())  # combinations of valid values

    @property
    def field(self) -> VoxelSize:
        """Size of a volume (Z, Y, X) in um."""
        z, y, x = (n * edge for n, edge in zip(self.shape, self.voxel_size, strict=True))
        return z, y, x

    @property
    def egg(self) -> VoxelSize:
        """Diameters of the eggshell in use, in um."""
        if self.eggshell is not None:
            return self.eggshell
        z, y, x = (min(d, 0.9 * f) for d, f in zip(REAL_EGGSHELL, self.field, strict=True))
        return z, y, x

    def _checks_together(self) -> tuple[tuple[bool, str], ...]:
        wide = diameter(self.nuclei)
        filled = self.nuclei * fill(wide / 2, self.egg)
        fits = [e >= d for e, d in zip(self.egg, (Z_STRETCH * wide, wide, wide), strict=True)]
        fine = [v <= d for v, d in zip(self.voxel_size, (wide / 2, wide / 4, wide / 4), strict=True)]
        return (
            (
                filled > FULLEST or not all(fits),
                f"{self.nuclei} nuclei {wide:.1f} um wide do not fit into an egg of {_um(self.egg)} um; use "
                "fewer nuclei or a larger shape",
            ),
            (
                any(e > f for e, f in zip(self.egg, self.field, strict=True)),
                f"the eggshell of {_um(self.egg)} um is larger than the field of {_um(self.field)} um",
            ),
            (
                not all(fine),
                f"voxels of {_um(self.voxel_size)} um are too coarse for nuclei {wide:.1f} um wide; "
                "use at most half that width in z and a quarter in y and x",
            ),
        )


def fill(radius: float, egg: VoxelSize) -> float:
    """Fraction of the egg's volume that a nucleus of this radius (um) occupies."""
    return Z_STRETCH * (2 * radius) ** 3 / math.prod(egg)


def _three_lengths(values: tuple[float, ...]) -> bool:
    return len(values) == 3 and all(0 < v < math.inf for v in values)


def _um(sizes: tuple[float, ...]) -> str:
    return " x ".join(f"{v:.4g}" for v in sizes)
