"""Random brightness and microscopes for simulated membranes."""

from __future__ import annotations

import numpy as np

from napari_devolearn.simulate.membranes.glow import Glow
from napari_devolearn.simulate.membranes.image import Microscope


def draw_glow(rng: np.random.Generator) -> Glow:
    """Random brightness, in the range of real embryos and markers."""
    return Glow(
        outer=rng.uniform(0.35, 0.75),
        cell_spread=rng.uniform(0.1, 0.3),
        along_spread=rng.uniform(0.1, 0.35),
        hidden=(rng.uniform(0, 1), rng.uniform(0, 1)),
        cytoplasm=rng.uniform(0.05, 0.3),
        grain=rng.uniform(0.1, 0.6),
        spots=float(rng.choice([0, 5, 25])),
    )


def draw_microscope(rng: np.random.Generator) -> Microscope:
    """A random microscope; half of them have planes 0.43 um apart, as for 3DMMS (Cao et al. 2019)."""
    return Microscope(
        blur=(rng.uniform(0.35, 0.9), rng.uniform(0.18, 0.34)),
        deep_blur=(rng.uniform(0.1, 0.8), rng.uniform(0.05, 0.35)),
        far_side_low=bool(rng.random() < 0.5),
        fade=rng.uniform(0, 1),
        z_step=float(rng.choice([0.43, 0.43, 0.5, 0.7, 1.0])),
        offset=float(rng.choice([0, 0.02, 0.1])),
        photons=float(np.exp(rng.uniform(np.log(15), np.log(200)))),
        reading=rng.uniform(0, 0.05),
        smoothing=(rng.uniform(0, 0.8), rng.uniform(0.1, 0.4)),
        black=float(rng.choice([0, 0.03, 0.08])),
        gain=rng.uniform(90, 140),
    )
