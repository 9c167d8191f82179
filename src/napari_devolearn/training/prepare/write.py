"""Write the folder of pairs: planned from headers, then written completely or not at all."""

from __future__ import annotations

import csv
from collections.abc import Generator, Sequence
from contextlib import ExitStack
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
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.plan import Plan
from napari_devolearn.training.prepare.slices import volume_slices
from napari_devolearn.training.prepare.source import Volume
from napari_devolearn.training.prepare.split import TimeSplit, split_warning


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
    if not {"train", "within"} & {*(pair.split for pair in before), *plan.splits.values()}:
        raise DatasetError("no training data remain; hold out less, or prepare training data first")
    replaced: set[str] = set()
    if overwrite and index.is_file():
        with index.open(newline="", encoding="utf-8") as lines:
            replaced = {row.get("file") or "" for row in csv.DictReader(lines)}
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
    labelled = {pair.volume for pair in pairs if pair.foreground}
    empty = [
        source.name
        for source in plan.sources
        if not any((volume.name, volume.t) in labelled for volume in source.volumes)
    ]
    if empty:
        raise DatasetError(
            f"{join_some(empty)}: all masks are empty; check that they are the masks of these images"
        )
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
    from PIL import Image

    slices = volume_slices(volume, part, params)
    for pair, image, mask in slices:
        if pair.file in names:
            raise DatasetError(
                f"{pair.file}: already in the folder; rename the input, or prepare the folder again "
                "with --overwrite"
            )
        names.add(pair.file)
        Image.fromarray(image).save(folders[IMAGES] / pair.file)
        Image.fromarray(mask).save(folders[MASKS] / pair.file)
    return [pair for pair, _, _ in slices]


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
