"""Volumes of nuclei in an egg, simulated from positions in real embryos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from research.drawing.egg import TurnedEgg
from research.drawing.positions import Embryo
from research.drawing.projection import Nuclei

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

STEP = 0.5
"""um, edge of the voxels."""

_GROWN = (40, 250)  # number of cells for which the nuclei extend over the whole egg
_MARGIN = 3.0  # um around the egg
_RIM = 1.0  # um, minimum distance of the centres of the outermost nuclei to the shell
_PLATE = 2.0  # min before and after a division in which chromosomes are a plate
_POLAR_BODY = 1.3  # um, radius
_NOTCH_FROM = 180  # number of nuclei from which embryos bend


@dataclass(frozen=True, kw_only=True, eq=False)
class EmbryoVolume:
    """An embryo and where it is.

    Parameters
    ----------
    light : ndarray, (Z, Y, X), float32
        1 in a nucleus or membrane, before camera and noise.
    inside : ndarray, (Z, Y, X), bool
        The embryo.
    step : tuple of float
        Voxel size, (Z, Y, X), in um.
    """

    light: Floats
    inside: Mask
    step: tuple[float, float, float]


def egg_around(embryo: Embryo, rng: np.random.Generator) -> TurnedEgg:
    """Egg around all nuclei of an embryo while it fills the egg, in the coordinates of the nuclei."""
    grown = [n.position for n in embryo.frames if _GROWN[0] <= len(n) <= _GROWN[1]]
    low, high = np.percentile(np.concatenate(grown), (0.5, 99.5), axis=0).astype(np.float64)
    # half a nucleus plus cytoplasm, as in Fluo-N3DH-CE
    semi = (high - low) / 2 + rng.uniform((1.2, 2.0, 2.0), (2.2, 3.0, 3.0))
    z, y, x = (float(n) for n in (high + low) / 2)
    flatness = rng.uniform(2.6, 4.0)
    tight = TurnedEgg(center=(z, y, x), semi=(semi[0], semi[1], semi[2]), flatness=flatness)
    furthest = float(np.percentile(tight.level(*np.concatenate(grown).T), 98.5))
    semi *= max(1.0, furthest + _RIM / semi[0])  # no nuclei outside
    return TurnedEgg(
        center=(z, y, x), semi=(float(semi[0]), float(semi[1]), float(semi[2])), flatness=flatness
    )


def draw_nuclei(nuclei: Nuclei, egg: TurnedEgg, rng: np.random.Generator) -> EmbryoVolume:
    """Simulate nuclei and cytoplasm of one frame, rotated about the long axis by a random angle."""
    roll = rng.choice([0.0, np.pi]) + rng.normal(0, 0.1) if rng.random() < 0.6 else rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    half = np.array([max(egg.semi[:2])] * 2 + [egg.semi[2]]) + _MARGIN
    shape = tuple(int(n) for n in np.ceil(2 * half / STEP))
    places = (nuclei.position - np.array(egg.center)) @ turn.T
    own = [(np.arange(n) + 0.5) * STEP - edge for n, edge in zip(shape, half, strict=True)]
    z, y, x = np.meshgrid(*own, indexing="ij", sparse=True, copy=False)
    straight = [z * turn[0, k] + y * turn[1, k] + x * turn[2, k] + egg.center[k] for k in range(3)]
    level = egg.level(straight[0], straight[1], straight[2])
    inside = level <= 1
    kept = np.ones(len(nuclei), bool)
    if len(nuclei) > _NOTCH_FROM and rng.random() < 0.5:
        inside, kept = _notch(inside, own, places, egg, rng)
    light = _cytoplasm(inside, rng)
    _draw(light, own, places[kept], nuclei, np.flatnonzero(kept), (nuclei.axis @ turn.T)[kept], rng)
    _draw_polar_bodies(light, own, egg, rng)
    return EmbryoVolume(light=_optics(light, rng), inside=inside, step=(STEP,) * 3)


def _notch(
    inside: Mask,
    own: list[npt.NDArray[np.float64]],
    places: npt.NDArray[np.floating],
    egg: TurnedEgg,
    rng: np.random.Generator,
) -> tuple[Mask, Mask]:
    """Remove a notch from one side, as in folding older embryos."""
    side = rng.uniform(0, 2 * np.pi)
    along = rng.uniform(-0.4, 0.6) * egg.semi[2]
    out = np.array([np.sin(side), np.cos(side), 0]) * min(egg.semi[:2]) * rng.uniform(0.8, 1.3)
    out[2] = along
    radii = np.array([1.0, 1.0, rng.uniform(0.5, 1.0)]) * rng.uniform(4, 9)
    z, y, x = np.meshgrid(*own, indexing="ij", sparse=True, copy=False)
    level = sum(((p - o) / r) ** 2 for p, o, r in zip((z, y, x), out, radii, strict=True))
    kept = (((places - out) / (radii + 1.0)) ** 2).sum(1) > 1
    return inside & (np.asarray(level) > 1), kept


def _cytoplasm(inside: Mask, rng: np.random.Generator) -> Floats:
    level = rng.uniform(0, 0.45) ** 2 if rng.random() < 0.75 else 0.0
    return np.where(inside, np.float32(level), np.float32(0))


def _draw(
    light: Floats,
    own: list[npt.NDArray[np.float64]],
    places: npt.NDArray[np.floating],
    nuclei: Nuclei,
    which: npt.NDArray[np.int64],
    axes: npt.NDArray[np.floating],
    rng: np.random.Generator,
) -> None:
    """Draw each nucleus as a spheroid about its axis of division, as a plate in mitosis."""
    size = rng.uniform(0.85, 1.15) / 2
    spread = rng.uniform(0.05, 0.35)
    middle = float(np.median(nuclei.diameter))
    for place, axis, n in zip(places, axes, which, strict=True):
        radius = size * float(np.clip(nuclei.diameter[n], 0.6 * middle, 1.6 * middle))
        condensed = min(float(nuclei.since_birth[n]), float(nuclei.to_division[n])) < _PLATE
        along, across = (0.4 * radius, 0.75 * radius) if condensed else (radius, radius)
        _draw_spheroid(light, own, place, axis, (along, across), float(np.exp(rng.normal(0, spread))))


def _draw_spheroid(
    light: Floats,
    own: list[npt.NDArray[np.float64]],
    place: npt.NDArray[np.floating],
    axis: npt.NDArray[np.floating],
    radii: tuple[float, float],
    brightness: float,
) -> None:
    reach = max(radii) + STEP
    first = [max(int((p - reach - g[0]) / STEP), 0) for p, g in zip(place, own, strict=True)]
    box = tuple(slice(f, f + int(2 * reach / STEP) + 3) for f in first)
    z, y, x = (g[cut] - p for g, cut, p in zip(own, box, place, strict=True))
    if not (len(z) and len(y) and len(x)):
        return
    z, y, x = z[:, None, None], y[:, None], x
    along = z * axis[0] + y * axis[1] + x * axis[2]
    across2 = z**2 + y**2 + x**2 - along**2
    outside = np.sqrt(along**2 / radii[0] ** 2 + across2 / radii[1] ** 2) - 1
    soft = brightness * np.clip(0.5 - outside * min(radii) / STEP, 0, 1)
    np.maximum(light[box], soft.astype(np.float32), out=light[box])


def _draw_polar_bodies(
    light: Floats, own: list[npt.NDArray[np.float64]], egg: TurnedEgg, rng: np.random.Generator
) -> None:
    """Two polar bodies are between embryo and shell, usually at the anterior end; often none is visible."""
    for _ in range(int(rng.choice([0, 1, 2], p=[0.55, 0.3, 0.15]))):
        way = rng.normal(0, 1, 3) * (1, 1, 1.5)
        way *= rng.uniform(0.97, 1.12) / np.linalg.norm(way / np.array(egg.semi))
        radius = _POLAR_BODY * rng.uniform(0.6, 1.2)
        _draw_spheroid(light, own, way, np.array([0, 0, 1.0]), (radius, radius), rng.uniform(0.3, 1.3))


def _optics(light: Floats, rng: np.random.Generator) -> Floats:
    """Blur (more along z), haze, and attenuation with depth."""
    from scipy.ndimage import gaussian_filter

    along, across = rng.uniform(0.6, 1.6) / STEP, rng.uniform(0.2, 0.6) / STEP
    sharp = gaussian_filter(light, (along, across, across), truncate=3)
    wide = (rng.uniform(3, 7) / STEP, *(rng.uniform(1.0, 3.0) / STEP,) * 2)
    share = rng.uniform(0, 0.5) ** 2
    seen = sharp * (1 - share) + gaussian_filter(light, wide, truncate=2) * (3 * share)
    depth = np.arange(len(light), dtype=np.float32) * np.float32(STEP)
    depth = depth if rng.random() < 0.5 else depth[::-1]
    fade = np.exp(-depth / np.float32(np.exp(rng.uniform(np.log(10), np.log(80)))))
    return np.asarray(seen * fade[:, None, None], np.float32)
