"""Simulated projections of real embryos with their counts: training data of the lineage model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import Dataset

from napari_devolearn.inference.counting.embryo_view import VIEW, embryo_view, find_embryo
from napari_devolearn.inference.inputs.normalise import normalise
from napari_devolearn.lineage.decoding.scaling import scale_counts
from research.drawing.look import draw_look
from research.drawing.positions import Embryo
from research.drawing.projection import project

_BY_TIME = 0.7  # fraction of frames chosen uniformly in time; others uniformly in the logarithm of the total
_FEWEST, _MOST = 2, 420


class ProjectionDataset(Dataset[tuple[Tensor, Tensor]]):
    """Projections, simulated again in each epoch, with their counts.

    Parameters
    ----------
    embryos : sequence of Embryo
    length : int
        Number of projections per epoch.
    percentiles : tuple of float
        Of the normalisation, as in the spec.
    seed : int
    fixed : bool
        Use the same projections in every epoch, for evaluation.
    harsh : bool
        Stronger blur, noise and depth.
    """

    def __init__(
        self,
        embryos: Sequence[Embryo],
        length: int,
        *,
        percentiles: tuple[float, float],
        seed: int = 0,
        fixed: bool = False,
        harsh: bool = False,
    ) -> None:
        self._embryos = list(embryos)
        self._totals = [np.array([len(frame) for frame in one.frames]) for one in self._embryos]
        self._length, self._percentiles, self._seed = length, percentiles, seed
        self._fixed, self._harsh = fixed, harsh
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch of the projections."""
        self._epoch = 0 if self._fixed else epoch

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """View (1, 128, 192), normalised, and scaled counts (7,), both float32."""
        if not 0 <= index < self._length:
            raise IndexError(f"projection {index}: give 0 to {self._length - 1}")
        rng = np.random.default_rng((self._seed, self._epoch, index))
        which = int(rng.integers(len(self._embryos)))
        frame = _draw_frame(self._totals[which], rng)
        image = project(self._embryos[which].frames[frame], draw_look(rng, harsh=self._harsh), rng)
        place = find_embryo(image)
        view = np.zeros(VIEW, np.float32)
        if place is not None:
            view = normalise(embryo_view(image, place), self._percentiles)
        counts = scale_counts(self._embryos[which].counts[frame])
        return torch.from_numpy(view)[None], torch.from_numpy(counts)


def _draw_frame(totals: npt.NDArray[np.int64], rng: np.random.Generator) -> int:
    fit = np.flatnonzero((totals >= _FEWEST) & (totals <= _MOST))
    if rng.random() < _BY_TIME:
        return int(rng.choice(fit))
    target = rng.uniform(np.log(_FEWEST), np.log(_MOST))
    distance = np.abs(np.log(totals[fit]) - target)
    return int(rng.choice(fit[distance <= distance.min() + 0.02]))
