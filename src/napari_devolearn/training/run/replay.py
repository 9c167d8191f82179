"""Simulated embryos in addition to a user's images, so that fine-tuning retains the old accuracy.

Targets are the network's predictions before fine-tuning (Li and Hoiem 2017, Learning without forgetting, IEEE
TPAMI 40, 2935), so that no other kind of ground truth is mixed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from napari_devolearn._types import Floats32
from napari_devolearn.inference.inputs.grid import resample_image, target_shape
from napari_devolearn.inference.inputs.movie import Movie
from napari_devolearn.models.spec import ModelSpec, Task
from napari_devolearn.simulate.embryo import SimulatedEmbryo, simulate_embryo
from napari_devolearn.simulate.membranes.embryo import SMALL, simulate_membranes
from napari_devolearn.simulate.params import SimulateParams
from napari_devolearn.training.data.augment import Augmentation, AugmentParams
from napari_devolearn.training.data.batches import Pair
from napari_devolearn.training.data.dataset import PairsDataset, scale_for_network
from napari_devolearn.training.fit.outputs import autocast

_NUCLEI = (2, 6, 14, 28, 50, 90, 150, 220)
"""Number of nuclei of each volume, from the first divisions to gastrulation."""

_CELLS = (4, 12, 24, 40)
_AUGMENT = AugmentParams(
    scale=(0.8, 1.3),
    shear=3.0,
    blur=(0.3, 0.8),
    coarse=(1.0, 1.6),
    gamma=(0.8, 1.2),
    offset=(0.0, 0.1),
    contrast=(-0.1, 0.1),
    depth=(0.0, 0.4),
    streaks=(0.0, 0.0),
    gauss=(0.005, 0.02),
    poisson=(0.01, 0.1),
)
"""Weak: simulated images look like real ones, and strong noise would hide the nuclei."""

_BATCH = 16  # with channels last, about four times as fast as one image at a time
_ENDS = 6  # 1 / 6 of the slices at each end of a volume are not used
_Z_STEP, _DEPTH, _FIELD = 1.0, 28.0, (40.0, 58.0)  # um


REPLAYED: frozenset[Task] = frozenset(("nucleus", "membrane", "embryo"))
"""Tasks whose images can be simulated."""


def _embryos(task: Task, seed: int) -> Iterator[SimulatedEmbryo]:
    size = (_Z_STEP, 0.2, 0.2)
    shape = (round(_DEPTH / _Z_STEP), round(_FIELD[0] / size[1]), round(_FIELD[1] / size[2]))
    for number, nuclei in enumerate(_NUCLEI if task != "membrane" else ()):
        params = SimulateParams(
            seed=seed + number,
            frames=1,
            nuclei=nuclei,
            shape=shape,
            voxel_size=size,
            noise=(0.5, 1.0, 3.0)[number % 3],
        )
        yield simulate_embryo(params)
    for number, cells in enumerate(_CELLS if task != "nucleus" else ()):
        yield simulate_membranes(replace(SMALL, seed=seed + number, frames=1, nuclei=cells))


def simulate_replay(
    network: nn.Module,
    spec: ModelSpec,
    count: int,
    crop: int,
    seed: int,
    after_image: Callable[[], object] | None = None,
) -> list[Pair]:
    """Crops of simulated embryos with the predictions of a network, identical for the same seed.

    `network`: in evaluation mode; its memory format becomes channels last.
    `spec`: of a task in `REPLAYED`.
    `count`: number of crops.
    `crop`: edge of each, in pixels.
    `after_image`: called after each simulated image and each batch of predictions; it may raise to stop.
    Returns a list of (image, target), (C, crop, crop) and (K, crop, crop), float32; targets are
    probabilities.
    """
    rng = np.random.default_rng((seed, 1))
    pause = after_image or (lambda: None)
    movies, images, predictions = [], [], []
    for one in _embryos(spec.task, seed):
        movies.append(Movie(one.image, one.voxel_size, one.image.shape))
        pause()
    augment = Augmentation(_AUGMENT, crop)
    for index in range(count):
        movie = movies[index % len(movies)]
        slices = movie.shape[1]
        slab = _slab(movie, int(rng.integers(slices // _ENDS, slices - slices // _ENDS)), spec)
        image, _ = augment(slab, np.zeros(slab.shape[1:], np.uint16), rng)
        images.append(torch.from_numpy(scale_for_network(image, spec, eight_bit=True)))
        pause()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    for batch in torch.stack(images).to(memory_format=torch.channels_last).split(_BATCH):
        with torch.inference_mode(), autocast("cpu"):
            predictions.append(network(batch).float().sigmoid())
        pause()
    return list(zip(images, torch.cat(predictions), strict=True))


def _slab(movie: Movie, z: int, spec: ModelSpec) -> Floats32:
    planes = movie.plane(0, z)[None] if spec.z_step is None else movie.slab(0, z, spec.context, spec.z_step)
    size = (movie.voxel_size[1], movie.voxel_size[2])
    shape = target_shape((planes.shape[1], planes.shape[2]), size, spec.pixel_size)
    return resample_image(planes, shape) / np.float32(255)


class WithReplay:
    """A few images, repeated in each epoch with different augmentation, and simulated ones.

    Targets have one channel more, for `FineTuneObjective`: 1 in simulated images.

    `replay`: from `simulate_replay`; an epoch uses a part of them, in turn.
    `repeats`: number of times that each image of `data` is used per epoch.
    `simulated`: number of simulated images per epoch.
    Attribute `own`: number of items of the user's images per epoch, which come first.
    """

    def __init__(self, data: PairsDataset, replay: list[Pair], *, repeats: int, simulated: int) -> None:
        self._data, self._replay, self._repeats = data, replay, repeats
        self.own, self._simulated = len(data) * repeats, simulated
        self._epoch = 0

    @property
    def images(self) -> int:
        """Number of the user's images."""
        return len(self._data)

    def __len__(self) -> int:
        """Number of items per epoch."""
        return self.own + self._simulated

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch of the next items."""
        self._epoch = epoch

    def __getitem__(self, index: int, /) -> Pair:
        """Image (C, Y, X) and target (K + 1, Y, X), both float32."""
        if simulated := index >= self.own:
            place = self._epoch * self._simulated + index - self.own
            image, target = self._replay[place % len(self._replay)]
        else:
            repeat, place = divmod(index, len(self._data))
            self._data.set_epoch(self._epoch * self._repeats + repeat)
            image, target = self._data[place]
        return image, torch.cat([target, torch.full_like(target[:1], float(simulated))])
