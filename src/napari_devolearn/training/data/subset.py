"""A subset of a data set in whole volumes, because slices of one time point are similar."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from napari_devolearn.training.data.dataset import PairsDataset


class Subset:
    """Items of whole volumes, evenly distributed over a data set.

    A tenth of a movie then contains early and late time points, each with all slices::

        volume  0 1 2 3 4 5 6 7 8 9        fraction 0.2 keeps
                . . x . . . . x . .

    Parameters
    ----------
    data : PairsDataset
    fraction : float
        Of its volumes, above 0 up to 1; at least one is kept.
    """

    def __init__(self, data: PairsDataset, fraction: float) -> None:
        self._data = data
        volumes = sorted({pair.volume for pair in data.pairs})
        count = max(1, round(fraction * len(volumes))) if volumes else 0
        middles = (np.arange(count) + 0.5) * len(volumes) / max(count, 1)
        kept = {volumes[int(middle)] for middle in middles}
        self.indices = tuple(i for i, pair in enumerate(data.pairs) if pair.volume in kept)

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.indices)

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch, which determines the randomness of the next items."""
        self._data.set_epoch(epoch)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """Image (C, Y, X) and targets (K, Y, X), both float32."""
        return self._data[self.indices[index]]
