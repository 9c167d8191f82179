"""Write the folder of pairs: planned from headers, then written completely or not at all."""

from __future__ import annotations

import csv
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from napari_devolearn._owning import OwningIterator
from napari_devolearn.exceptions import DatasetError, OutputExistsError, ParameterError, warn_caller
from napari_devolearn.io.writing.atomic import atomic_file, atomic_folder
from napari_devolearn.training.data.pairs import (
    IMAGES,
    INDEX,
    MASKS,
    Pair,
    join_some,
    read_pairs,
    write_pairs,
)
from napari_devolearn.training.data.plausible import check_counts
from napari_devolearn.training.prepare.find import find_sources
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.slices import HELD_OUT_PART, WrittenSlice, iter_slices
from napari_devolearn.training.prepare.source import Source, Volume
from napari_devolearn.training.prepare.split import TimeSplit, check_has_training, split_times
from napari_devolearn.training.prepare.trust import split_warning


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """Plan of a preparation, made before pixels are read.

    Parameters
    ----------
    inputs : tuple of Path
    sources : tuple of Source
    splits : dict of (str, int) to {"train", "held_out", "within"}
        By the name of the source and the time point.
    params : PrepareParams
    """

    inputs: tuple[Path, ...]
    sources: tuple[Source, ...]
    splits: dict[tuple[str, int], TimeSplit]
    params: PrepareParams

    @property
    def volumes(self) -> int:
        """Number of labelled time points."""
        return sum(len(source.volumes) for source in self.sources)

    @property
    def slices(self) -> int:
        """Number of slices in labelled time points, before some are left out."""
        return sum(len(volume.slices) for source in self.sources for volume in source.volumes)

    def left_out(self, pairs: Sequence[Pair]) -> int:
        """Number of slices of which no pair was written; a divided slice has two pairs."""
        written = {(pair.volume[0].removesuffix(HELD_OUT_PART), pair.t, pair.z) for pair in pairs}
        return self.slices - len(written)

    @property
    def skipped(self) -> int:
        """Number of time points without ground truth."""
        return sum(len(source.skipped) for source in self.sources)


def plan_preparation(inputs: Sequence[Path], params: PrepareParams) -> Plan:
    """Open all inputs and decide what is held out.

    `inputs`: sequences of the Cell Tracking Challenge or folders of these, folders of pairs, or one stack.
    Raises DatasetError listing every problem of every input.
    """
    sources = find_sources(inputs, params)
    return Plan(
        inputs=tuple(inputs), sources=tuple(sources), splits=split_times(sources, params), params=params
    )


def prepare(
    inputs: Sequence[Path],
    output: Path,
    params: PrepareParams,
    *,
    append: bool = False,
    overwrite: bool = False,
) -> list[Pair]:
    """Write image and mask pairs with an index; see `plan_preparation` and `iter_prepare`."""
    plan = plan_preparation(inputs, params)
    with iter_prepare(plan, output, append=append, overwrite=overwrite) as steps:
        return [pair for pairs in steps for pair in pairs]


def iter_prepare(
    plan: Plan, output: Path, *, append: bool = False, overwrite: bool = False
) -> OwningIterator[list[Pair]]:
    """Write the folder, one time point per step; yields the rows of each time point.

    If closed early, nothing is written.
    `output`: will contain ``index.csv``, ``images/`` and ``masks/``. The index is written last, so that a
    folder with an index is always complete.
    `append`: add to a prepared folder.
    `overwrite`: replace a prepared folder.
    Raises OutputExistsError or OutputError if the folder is not empty and neither is set, or cannot be
    written.
    Raises DatasetError if masks are all empty or all foreground, contain invalid IDs, or a name exists
    already.
    """
    _check_output(output, plan.inputs, append=append, overwrite=overwrite)
    return OwningIterator(partial(_iter_steps, plan, output, append, overwrite))


def _iter_steps(
    plan: Plan, output: Path, append: bool, overwrite: bool, stages: ExitStack
) -> Generator[list[Pair], None, None]:
    index = output / INDEX
    before = read_pairs(output) if append and index.exists() else []
    check_has_training({pair.split for pair in before} | set(plan.splits.values()))
    replaced = _listed(index) if overwrite else set()
    new_index = stages.enter_context(atomic_file(index, overwrite=append or overwrite))
    folders = {
        kind: stages.enter_context(
            atomic_folder(output / kind, ours=replaced.__contains__, overwrite=append or overwrite)
        )
        for kind in (MASKS, IMAGES)
    }
    pairs, names = list(before), {pair.file for pair in before}
    for source in plan.sources:
        for volume in source.volumes:
            written = _write_volume(volume, plan.splits[source.name, volume.t], plan.params, folders, names)
            pairs += written
            yield written
    _check_not_empty(plan, pairs)
    check_counts(output, pairs)
    if limits := split_warning(plan.sources, plan.splits, pairs, plan.params):
        warn_caller(limits)
    write_pairs(new_index, pairs)
    if overwrite:
        # a kill between here and the new index must not leave the old index with new images
        index.unlink(missing_ok=True)


def _write_volume(
    volume: Volume, part: TimeSplit, params: PrepareParams, folders: dict[str, Path], names: set[str]
) -> list[Pair]:
    """Write the slices of one time point, and add their names to `names`."""
    written = []
    with closing(iter_slices(volume, part, params)) as slices:
        for one in slices:
            if one.pair.file in names:
                raise DatasetError(
                    f"{one.pair.file}: already in the folder; rename the input, or prepare the folder again "
                    "with --overwrite"
                )
            names.add(one.pair.file)
            _save(one, folders)
            written.append(one.pair)
    return written


def _save(one: WrittenSlice, folders: dict[str, Path]) -> None:
    from PIL import Image

    for kind, pixels in ((IMAGES, one.image), (MASKS, one.mask)):
        Image.fromarray(pixels).save(folders[kind] / one.pair.file)


def _check_output(output: Path, inputs: Sequence[Path], *, append: bool, overwrite: bool) -> None:
    if append and overwrite:
        raise ParameterError(f"{output}: append and overwrite exclude each other; choose one")
    resolved = output.resolve()
    if inside := [str(path) for path in inputs if resolved in (path.resolve(), *path.resolve().parents)]:
        raise ParameterError(
            f"{output}: contains the input {join_some(inside)}; choose another folder for the pairs"
        )
    # hidden files belong to the desktop, or to a killed run
    not_empty = output.is_dir() and any(not entry.name.startswith(".") for entry in output.iterdir())
    if not_empty and not (append or overwrite):
        raise OutputExistsError(
            f"{output}: is not empty; choose another folder, --append to add to it, or --overwrite"
        )


def _check_not_empty(plan: Plan, pairs: Sequence[Pair]) -> None:
    labelled = {pair.volume for pair in pairs if pair.foreground}
    if empty := [
        source.name
        for source in plan.sources
        if not any((volume.name, volume.t) in labelled for volume in source.volumes)
    ]:
        raise DatasetError(
            f"{join_some(empty)}: all masks are empty; check that they are the masks of these images"
        )


def _listed(index: Path) -> set[str]:
    if not index.is_file():
        return set()
    with index.open(newline="", encoding="utf-8") as lines:
        return {row.get("file") or "" for row in csv.DictReader(lines)}
