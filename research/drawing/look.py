"""Random appearance of a projection: everything that differs between embryos and microscopes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, kw_only=True)
class Look:
    """Properties that are the same for all images of one movie.

    Parameters
    ----------
    shape : tuple of int
        (Y, X) of the image.
    pixel_size : float
        Edge of a pixel in um.
    rotation : ndarray, (3, 3)
        Turns (Z, Y, X) of the embryo into the image, and stretches it in Z.
    angle : float
        Turn of the long axis in the image, part of `rotation`, in radians.
    scale : float
        Size of the embryo, 1 = its own.
    nucleus_size, nucleus_shrink : float
        Mean diameter in um at 350 nuclei, and the exponent by which it falls with their number.
    shift : tuple of float
        Offset of the middle of the embryo from the middle of the image, (Y, X), in um.
    mitosis : float
        How long chromosomes stay condensed, 1 = about 2 min.
    plate_thickness, plate_width : float
        Size of the plate of chromosomes over that of the nucleus.
    tissue_decay : float
        Depth in tissue at which the light falls to 1/e, in um.
    depth_gain : float
        Compensation of the laser for depth, 1/um.
    slope : tuple of float
        Slope of the log brightness over the image, (Y, X), 1/um.
    lineage_gain : ndarray, (8,)
        Log brightness of each founder lineage, and of unnamed nuclei.
    condensed_gain, brightness_spread : float
        Log brightness of condensed nuclei, and spread between nuclei.
    missing : float
        Fraction of invisible nuclei.
    edge, blur : float
        Softness of a nucleus' edge, and blur of the image (sigma), in pixels.
    haze, haze_width, cytoplasm : float
        Light of out of focus nuclei, its width in pixels, and light of the cytoplasm.
    spots : ndarray, (S, 4)
        (Y, X, radius, brightness) in pixels, of polar bodies and debris.
    grain, read_noise, shot_noise : float
        Size of the noise's grain in pixels, and its strength.
    projected_noise : bool
        Whether noise is that of a maximum over planes.
    offset, black, white, gamma : float
        Camera's offset, black and white level, and response.
    levels : int
        Grey levels.
    """

    shape: tuple[int, int]
    pixel_size: float
    rotation: npt.NDArray[np.float64]
    angle: float
    scale: float
    nucleus_size: float
    nucleus_shrink: float
    shift: tuple[float, float]
    mitosis: float
    plate_thickness: float
    plate_width: float
    tissue_decay: float
    depth_gain: float
    slope: tuple[float, float]
    lineage_gain: npt.NDArray[np.float32]
    condensed_gain: float
    brightness_spread: float
    missing: float
    edge: float
    blur: float
    haze: float
    haze_width: float
    cytoplasm: float
    spots: npt.NDArray[np.float32]
    grain: float
    read_noise: float
    shot_noise: float
    projected_noise: bool
    offset: float
    black: float
    white: float
    gamma: float
    levels: int


def draw_look(rng: np.random.Generator, *, harsh: bool = False) -> Look:
    """Draw the look of one movie.

    `harsh`: stronger blur, noise and depth than in training, to test robustness.
    """
    pixel_size = rng.uniform(0.22, 0.34)
    field = rng.uniform(54, 82)
    shape = (int(field * rng.uniform(0.68, 0.85) / pixel_size), int(field / pixel_size))
    rotation, angle = _orientation(rng)
    low = 1.5 if harsh else 1.0
    slack = max(0.0, (field - 54) / 2)
    black = rng.uniform(0, 0.04) * (rng.random() < 0.5)
    noise = low * np.exp(rng.uniform(np.log(0.004), np.log(0.12)))
    return Look(
        shape=shape,
        pixel_size=pixel_size,
        rotation=rotation,
        angle=angle,
        scale=rng.uniform(0.88, 1.12),
        nucleus_size=3.0 * np.exp(rng.normal(0, 0.13)),
        nucleus_shrink=rng.uniform(0.16, 0.25),
        shift=(rng.uniform(-0.4, 0.4) * slack, rng.uniform(-1, 1) * slack),
        mitosis=np.exp(rng.normal(0, 0.3)),
        plate_thickness=rng.uniform(0.25, 0.5),
        plate_width=rng.uniform(0.5, 0.8),
        tissue_decay=np.exp(rng.uniform(np.log(7), np.log(60))) / low,
        depth_gain=rng.uniform(0, 0.04) * (rng.random() < 0.7),
        slope=(rng.normal(0, 0.008), rng.normal(0, 0.01)),
        lineage_gain=rng.normal(0, 0.12, 8).astype(np.float32),
        condensed_gain=rng.uniform(-0.7, 0.7),
        brightness_spread=rng.uniform(0.03, 0.25),
        missing=rng.uniform(0, 0.02) * (rng.random() < 0.3),
        edge=rng.uniform(0.12, 0.4) / pixel_size * low,
        blur=np.exp(rng.uniform(np.log(0.05), np.log(0.5))) / pixel_size * low,
        haze=rng.uniform(0, 0.5) ** 2,
        haze_width=rng.uniform(2, 6) / pixel_size,
        cytoplasm=rng.uniform(0, 0.35) ** 2,
        spots=_spots(rng, shape, pixel_size),
        grain=rng.uniform(0.4, 1.0) * (rng.random() < 0.5),
        read_noise=noise,
        shot_noise=low * rng.uniform(0.0, 0.2),
        projected_noise=bool(rng.random() < 0.6),
        offset=rng.uniform(0, 0.2) * (rng.random() < 0.3),
        black=black,
        white=rng.uniform(0.85, 2.0),
        gamma=np.exp(rng.normal(0, 0.25)),
        levels=int(rng.choice([63, 127, 255, 255, 255])),
    )


def _orientation(rng: np.random.Generator) -> tuple[npt.NDArray[np.float64], float]:
    """Most embryos are oriented as under EPIC's coverslips or upside down; some have any angle."""
    upright = rng.random() < 0.65
    roll = rng.normal(0, 0.15) + np.pi * rng.integers(2) if upright else rng.uniform(0, 2 * np.pi)
    tilt = rng.normal(0, 0.06)
    angle = rng.normal(0, 0.12) if rng.random() < 0.6 else rng.uniform(-np.pi, np.pi)
    turns = ((0, 1, roll), (0, 2, tilt), (1, 2, angle))
    rotation = np.eye(3)
    for first, second, by in turns:
        turn = np.eye(3)
        turn[[first, first, second, second], [first, second, first, second]] = (
            np.cos(by),
            -np.sin(by),
            np.sin(by),
            np.cos(by),
        )
        rotation = turn @ rotation
    # EPIC's embryos are flattened by the coverslip; others are round
    thickness = 1.0 if upright else rng.uniform(1.0, 1.4)
    mirror = np.diag([thickness, 1.0, -1.0 if rng.random() < 0.5 else 1.0])
    return rotation @ mirror, float(angle)


def _spots(rng: np.random.Generator, shape: tuple[int, int], pixel_size: float) -> npt.NDArray[np.float32]:
    """Polar bodies are as bright as nuclei and half as wide; there are two, often not seen."""
    count = rng.choice([0, 1, 2, 5], p=[0.5, 0.25, 0.2, 0.05])
    place = rng.normal(0, 0.22, (count, 2)) * shape + np.array(shape) / 2
    radius = rng.uniform(0.4, 1.2, (count, 1)) / pixel_size
    brightness = np.exp(rng.normal(-0.9, 0.6, (count, 1)))
    return np.concatenate([place, radius, brightness], axis=1).astype(np.float32)
