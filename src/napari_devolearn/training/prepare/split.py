"""Hold out time windows, whole inputs, or a part of a single volume, but never random slices.

Neighbouring slices and frames are almost identical, so a random split would measure how well a network
memorises.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.training.data.pairs import Split
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.source import Source

TimeSplit = Split | Literal["within"]
"""Split of a time point; "within" if the time point itself is divided."""


def split_times(sources: Sequence[Source], params: PrepareParams) -> dict[tuple[str, int], TimeSplit]:
    """Split of each time point of each input, by the input's name and the time point.

    By default the only time point of an input is divided within.
    Raises DatasetError if a window contains no time point.
    """
    splits: dict[tuple[str, int], TimeSplit] = {}
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


def check_has_training(splits: Collection[TimeSplit]) -> None:
    """Raise DatasetError if none of the splits of a folder is for training."""
    if not {"train", "within"} & set(splits):
        raise DatasetError("no training data remain; hold out less, or prepare training data first")


def default_held_out(times: Sequence[int]) -> list[int]:
    """Time points held out by default: 60 to 80 % of them, so that later ones are trained on too.

    `times`: ascending. At least one of two or more; none of one.
    """
    start = len(times) * 3 // 5
    return list(times[start : max(start + 1, len(times) * 4 // 5)]) if len(times) > 1 else []


def _held_out_times(times: Sequence[int], params: PrepareParams) -> set[int]:
    if params.windows:
        return {t for t in times if any(first <= t < end for first, end in params.windows)}
    return set() if params.hold_out else set(default_held_out(times))


def _check_windows(splits: dict[tuple[str, int], TimeSplit], params: PrepareParams) -> None:
    times = sorted({t for _, t in splits})
    empty = [f"{a}:{b}" for a, b in params.windows if not any(a <= t < b for t in times)]
    if empty:
        raise DatasetError(
            f"window {', '.join(empty)}: none of the time points {times[0]} to {times[-1]}; choose another "
            "window"
        )
