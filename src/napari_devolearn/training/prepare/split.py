"""What is held out: windows of time, whole inputs, or a part of a single volume; never slices by chance.

Neighbouring slices and frames are nearly the same picture, so that a random split would measure how
well a network remembers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.training.data.pairs import Split
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.source import Source

Part = Split | Literal["within"]
"""Of a time point: what it is for, or that it is itself divided into both."""


def split_times(sources: Sequence[Source], params: PrepareParams) -> dict[tuple[str, int], Part]:
    """Decide for each time point of each input.

    Parameters
    ----------
    sources : sequence of Source
    params : PrepareParams

    Returns
    -------
    dict of (str, int) to {"train", "held_out", "within"}
        By the input's name and the time point. Where nothing was chosen, the only time point of an input is
        divided within.

    Raises
    ------
    DatasetError
        If a window holds no time point of any input.
    """
    splits: dict[tuple[str, int], Part] = {}
    chosen = params.windows or params.hold_out
    for source in sources:
        times = sorted({volume.t for volume in source.volumes})
        if len(times) == 1 and not chosen:
            splits[source.name, times[0]] = "within"
            continue
        held_out = set(times) if source.name in params.hold_out else _held_out_times(times, params)
        splits |= {(source.name, t): "held_out" if t in held_out else "train" for t in times}
    _check_windows(splits, params)
    return splits


def check_train_part(splits: Collection[Part]) -> None:
    """Refuse a folder with nothing to train on.

    Parameters
    ----------
    splits : collection of {"train", "held_out", "within"}
        Those of all pairs that the folder will hold.

    Raises
    ------
    DatasetError
    """
    if not {"train", "within"} & set(splits):
        raise DatasetError("nothing is left to train on; hold out less, or prepare what to train on first")


def fourth_fifth(times: Sequence[int]) -> list[int]:
    """The time points that are held out by default: late, but with later ones to train on.

    Parameters
    ----------
    times : sequence of int
        Rising.

    Returns
    -------
    list of int
        A fifth of them, at least one of two and more; none of one.
    """
    start = len(times) * 3 // 5
    return list(times[start : max(start + 1, len(times) * 4 // 5)]) if len(times) > 1 else []


def _held_out_times(times: Sequence[int], params: PrepareParams) -> set[int]:
    if params.windows:
        return {t for t in times if any(first <= t < end for first, end in params.windows)}
    return set() if params.hold_out else set(fourth_fifth(times))


def _check_windows(splits: dict[tuple[str, int], Part], params: PrepareParams) -> None:
    times = sorted({t for _, t in splits})
    idle = [f"{a}:{b}" for a, b in params.windows if not any(a <= t < b for t in times)]
    if idle:
        raise DatasetError(
            f"window {', '.join(idle)}: holds none of the time points {times[0]} to {times[-1]}; choose "
            "another"
        )
