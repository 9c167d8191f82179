"""Recipe of the lineage model: a ResNet-18 on projections simulated from positions in real embryos."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from napari_devolearn.lineage.decoding.scaling import LARGEST
from napari_devolearn.lineage.founders import FOUNDERS
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.run.recipe import NO_SHA256, Recipe
from research.drawing.positions import Embryo, read_embryos
from research.drawing.projections import ProjectionDataset

_RENDERS, _HELD_OUT_RENDERS = 3200, 400
_EVERY, _FROM = 9, 4  # every ninth embryo, by name, is held out


@dataclass(frozen=True, kw_only=True)
class LineageObjective:
    """Counts of founder lineages: relative errors for young embryos, errors in cells for old ones.

    Parameters
    ----------
    total, cells : float
        Weights of the error of the logarithm of the total, and of one cell in a lineage, relative to the
        mean error of the scaled counts.
    """

    total: float = 0.5
    cells: float = 0.02

    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        """Loss of a batch: counts (N, 7), scaled by ``scale_counts``."""
        found, true = _cells(output), _cells(target)
        scaled = (output - target).abs().mean()
        log_total = found.sum(1).clamp(min=0.5).log() - true.sum(1).clamp(min=0.5).log()
        return scaled + self.total * log_total.abs().mean() + self.cells * (found - true).abs().mean()

    def measure(self, pairs: Iterable[tuple[Tensor, Tensor]]) -> dict[str, float]:
        """Errors after rounding to whole cells; pairs of scaled (output, target), each (N, 7).

        Returns ``agreement``, 1 minus the mean relative error of the total, and ``lineage_error``, the mean
        error of a lineage in cells.
        """
        outputs, targets = (torch.cat(part).cpu() for part in zip(*pairs, strict=True))
        found, true = _cells(outputs.float()).round(), _cells(targets).round()
        relative = (found.sum(1) - true.sum(1)).abs() / true.sum(1).clamp(min=1)
        return {
            "agreement": 1 - relative.mean().item(),
            "lineage_error": (found - true).abs().mean().item(),
        }


def _cells(scaled: Tensor) -> Tensor:
    top = torch.log1p(torch.tensor(LARGEST, dtype=torch.float32, device=scaled.device))
    return torch.expm1((scaled.clamp(-1, 1.2) + 1) / 2 * top)


def lineage_datasets(data: Path, params: TrainParams) -> tuple[ProjectionDataset, ProjectionDataset]:
    """Projections for training, and projections of held-out embryos.

    `data`: folder that contains ``epic_positions/positions.parquet``.
    Raises PositionsError if the table is missing or damaged.
    """
    train, held_out = split_embryos(read_embryos(data / "epic_positions" / "positions.parquet"))
    percentiles = RECIPE.spec.percentiles
    return (
        ProjectionDataset(train, _RENDERS, percentiles=percentiles, seed=params.seed),
        ProjectionDataset(held_out, _HELD_OUT_RENDERS, percentiles=percentiles, seed=77, fixed=True),
    )


def split_embryos(embryos: list[Embryo]) -> tuple[list[Embryo], list[Embryo]]:
    """Split embryos, sorted by name, into training and held-out ones."""
    return (
        [one for i, one in enumerate(embryos) if i % _EVERY != _FROM],
        embryos[_FROM::_EVERY],
    )


RECIPE = Recipe(
    spec=ModelSpec(
        name="lineage",
        task="lineage",
        architecture="resnet",
        encoder="resnet18",
        pixel_size=0.3,
        outputs=FOUNDERS,
        percentiles=(1.0, 99.7),
        sha256=NO_SHA256,
        description="Cells of each founder lineage, from a maximum projection of an embryo's nuclei",
    ),
    params=TrainParams(epochs=28, batch=32, learning_rate=2e-3, ema=0.998, weight_decay=0.02),
    datasets=lineage_datasets,
    objective=LineageObjective(),
    data="EPIC's positions of every nucleus in 222 embryos (Murray et al. 2012, by way of "
    "DevoLearn/DevoGraph, MIT), drawn as maximum projections; each ninth embryo in the order of "
    "their names is held out whole. "
    "No real images were used.",
)
