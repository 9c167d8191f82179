"""Plan a preparation from names and headers: what each input is, and what is held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from napari_devolearn.exceptions import DatasetError, DevolearnError
from napari_devolearn.io.core.calibration import check_voxel_size
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.pairs import Pair
from napari_devolearn.training.prepare.arrays import array_source
from napari_devolearn.training.prepare.folders import folder_source
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.sequences import is_sequence, sequence_sources
from napari_devolearn.training.prepare.slices import HELD_OUT_PART
from napari_devolearn.training.prepare.source import Source
from napari_devolearn.training.prepare.split import Splits, split_times
from napari_devolearn.training.prepare.stacks import stack_source


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """Plan of a preparation, made before pixels are read."""

    inputs: tuple[Path, ...]
    sources: tuple[Source, ...]
    splits: Splits
    params: PrepareParams

    @property
    def volumes(self) -> int:
        """Number of labelled time points."""
        return sum(len(source.volumes) for source in self.sources)

    def left_out(self, pairs: Sequence[Pair]) -> int:
        """Number of slices of labelled time points of which no pair was written."""
        written = {(pair.volume[0].removesuffix(HELD_OUT_PART), pair.t, pair.z) for pair in pairs}
        slices = sum(len(volume.slices) for source in self.sources for volume in source.volumes)
        return slices - len(written)

    @property
    def skipped(self) -> int:
        """Number of time points without ground truth."""
        return sum(len(source.skipped) for source in self.sources)


def plan_preparation(inputs: Sequence[Path], params: PrepareParams) -> Plan:
    """Open all inputs and decide what is held out.

    `inputs`: sequences of the Cell Tracking Challenge or folders of these, folders of pairs, or one stack.
    Raises DatasetError listing every problem of every input.
    """
    if len(inputs) > 1 and params.truth_path:
        raise DatasetError(
            f"{params.truth_path}: masks of one input, but {len(inputs)} inputs are given; prepare them one "
            "by one, with --append"
        )
    sources: list[Source] = []
    problems: list[str] = []
    for path in inputs:
        try:
            if not path.is_dir():
                sources.append(stack_source(path, params))
            elif is_sequence(path):
                sources += sequence_sources(path, params)
            else:
                sources.append(folder_source(path, params))
        except DevolearnError as error:
            problems.append(str(error))
    names = [source.name for source in sources]
    problems += [
        f"{name}: two inputs have this name; rename one of the folders"
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    problems += [
        f"hold_out {name!r}: no input has this name; choose from {', '.join(names)}"
        for name in params.hold_out
        if sources and name not in names
    ]
    if problems:
        raise DatasetError("; ".join(problems))
    splits = split_times(sources, params)
    return Plan(inputs=tuple(inputs), sources=tuple(sources), splits=splits, params=params)


def plan_training(
    images: Any,
    labels: Any,
    known: npt.ArrayLike | None,
    voxel_size: Sequence[float] | None,
    spec: ModelSpec,
    *,
    only_labelled: bool,
) -> Plan:
    """Plan the preparation of the images and labels of ``train``, in files or in memory; arguments as there.

    `spec`: of the model to fine-tune.
    Raises DatasetError if images and labels do not match, or nothing can be learnt from them.
    """
    size = None if voxel_size is None else check_voxel_size(voxel_size)
    if isinstance(images, str | Path):
        if known is not None:
            raise DatasetError(
                f"{images}: 'known' is only for arrays; in mask files, set unknown pixels to 65535"
            )
        truth = None if labels is None else str(labels)
        params = PrepareParams(truth=truth, voxel_size=size, only_labelled=only_labelled)
        return plan_preparation([Path(images)], params)
    params = PrepareParams(only_labelled=only_labelled)
    source = array_source(images, labels, known, size, spec, only_labelled=only_labelled)
    return Plan(inputs=(), sources=(source,), splits=split_times([source], params), params=params)
