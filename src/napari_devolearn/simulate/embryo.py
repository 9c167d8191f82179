"""SimulatedEmbryo: images with ground truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.lineage.tracks import Track, Tracks
from napari_devolearn.simulate.growth import grow
from napari_devolearn.simulate.nucleus import Nucleus
from napari_devolearn.simulate.params import SimulateParams
from napari_devolearn.simulate.render import render_frame


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulatedEmbryo:
    """A time-lapse and its ground truth.

    `image`: (T, Z, Y, X), uint8.
    `labels`: (T, Z, Y, X), uint16: nuclei with the labels of their tracks, 0 = background.
    `tracks`: a mother ends in the frame before her two daughters begin.
    `voxel_size`: (Z, Y, X) in um.
    `frame_interval`: minutes between frames.
    """

    image: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint16]
    tracks: Tracks
    voxel_size: VoxelSize
    frame_interval: float = 1.0


def simulate_embryo(params: SimulateParams | None = None) -> SimulatedEmbryo:
    """Simulate an embryo in the style of Fluo-N3DH-CE.

    Parameters
    ----------
    params : SimulateParams, optional
        By default 12 frames of (25, 160, 240) voxels, in which 10 nuclei become about 18.

    Returns
    -------
    SimulatedEmbryo
        Identical for identical parameters.

    Examples
    --------
    >>> embryo = simulate_embryo(SimulateParams(frames=2, shape=(10, 64, 96), voxel_size=(2, 0.5, 0.5)))
    >>> embryo.image.shape, len(embryo.tracks.rows) >= 10
    ((2, 10, 64, 96), True)
    """
    params = params or SimulateParams()
    growth, noise = np.random.default_rng(params.seed).spawn(2)
    frames = list(grow(params, growth))
    image = np.empty((params.frames, *params.shape), np.uint8)
    labels = np.empty(image.shape, np.uint16)
    for t, nuclei in enumerate(frames):
        image[t], labels[t] = render_frame(
            nuclei,
            shape=params.shape,
            voxel_size=params.voxel_size,
            rng=noise,
            eggshell=params.egg,
            noise=params.noise,
        )
    return SimulatedEmbryo(
        image=image,
        labels=labels,
        tracks=tracks_of(frames),
        voxel_size=params.voxel_size,
        frame_interval=params.frame_interval,
    )


def tracks_of(frames: Sequence[Sequence[Nucleus]]) -> Tracks:
    """Track table of the nuclei of each frame, from frame 0."""
    rows: dict[int, Track] = {}
    for t, nuclei in enumerate(frames):
        for nucleus in nuclei:
            begin = rows[nucleus.label].begin if nucleus.label in rows else t
            rows[nucleus.label] = Track(nucleus.label, begin, t, nucleus.parent)
    return Tracks(tuple(rows[label] for label in sorted(rows)))
