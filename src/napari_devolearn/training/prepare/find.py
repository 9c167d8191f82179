"""Recognise the kind of each input, and collect the problems of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from napari_devolearn.exceptions import DatasetError, DevolearnError
from napari_devolearn.training.prepare.folders import folder_source
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.sequences import is_sequence, sequence_sources
from napari_devolearn.training.prepare.source import Source
from napari_devolearn.training.prepare.stacks import stack_source


def find_sources(inputs: Sequence[Path], params: PrepareParams) -> list[Source]:
    """Open all inputs; only names and headers are read.

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
            sources += _sources_at(path, params)
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
    return sources


def _sources_at(path: Path, params: PrepareParams) -> list[Source]:
    if not path.is_dir():
        return [stack_source(path, params)]
    return sequence_sources(path, params) if is_sequence(path) else [folder_source(path, params)]
