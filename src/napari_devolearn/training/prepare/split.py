"""Hold out time windows, whole inputs, or a part of a single volume, but never random slices.

Neighbouring slices and frames are almost identical, so a random split would measure how well a network
memorises.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.training.data.pairs import Pair, Split
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.source import Source

TimeSplit = Split | Literal["within"]
"""Split of a time point; "within" if the time point itself is divided."""

Splits = dict[tuple[str, int], TimeSplit]
"""Split of each time point of each input, by the input's name and the time point."""

_FEW = 5  # number of time points below which training data are mostly neighbours of the held-out ones
_NO_OBJECTS = "no objects are held out, so training cannot evaluate the model; label more slices or objects"
_CHOSEN = ", omit --split-window and --hold-out, or add another input with --append --hold-out NAME"


def split_times(sources: Sequence[Source], params: PrepareParams) -> Splits:
    """Split each input into training and held-out time points.

    By default the only time point of an input is divided within.
    Raises DatasetError if a window contains no time point.
    """
    splits: Splits = {}
    chosen = params.windows or params.hold_out
    for source in sources:
        times = sorted({volume.t for volume in source.volumes})
        if len(times) == 1 and not chosen:
            splits[source.name, times[0]] = "within"
            continue
        if source.name in params.hold_out:
            held_out = times
        elif chosen:
            held_out = [t for t in times if any(first <= t < end for first, end in params.windows)]
        else:
            held_out = default_held_out(times)
        splits |= {(source.name, t): "held_out" if t in held_out else "train" for t in times}
    times = sorted({t for _, t in splits})
    empty = [f"{a}:{b}" for a, b in params.windows if not any(a <= t < b for t in times)]
    if empty:
        raise DatasetError(
            f"window {', '.join(empty)}: none of the time points {times[0]} to {times[-1]}; choose another "
            "window"
        )
    return splits


def default_held_out(times: Sequence[int]) -> list[int]:
    """Time points held out by default: 60 to 80 % of them, so that later ones are trained on too.

    `times`: ascending. At least one of two or more; none of one.
    """
    start = len(times) * 3 // 5
    return list(times[start : max(start + 1, len(times) * 4 // 5)]) if len(times) > 1 else []


def split_warning(
    sources: Sequence[Source], splits: Splits, pairs: Sequence[Pair], params: PrepareParams
) -> str:
    """One line on how reliable the score of little held-out data is.

    Empty if the user chose what is held out, or if it is a window of a longer movie.

    `pairs`: all written ones.
    """
    if not any(pair.split == "held_out" and pair.foreground for pair in pairs):
        return _NO_OBJECTS + (_CHOSEN if params.windows or params.hold_out else "")
    if params.windows or params.hold_out:
        return ""
    found = [text for source in sources if (text := _limits(source, splits, pairs))]
    if not found:
        return ""
    return (
        f"{'; '.join(found)}. The score shows whether training helps on these images; to measure the "
        "accuracy on others, evaluate the model on a movie that it was not trained on"
    )


def _limits(source: Source, splits: Splits, pairs: Sequence[Pair]) -> str:
    parts = {t: split for (name, t), split in splits.items() if name == source.name}
    held_out = sum(split == "held_out" for split in parts.values())
    if "within" not in parts.values():
        few = 0 < held_out < len(parts) < _FEW
        return f"{source.name}: {held_out} of {len(parts)} time points held out" if few else ""
    names = {volume.name for volume in source.volumes}
    strips = [pair for pair in pairs if pair.file.rpartition("_t")[0].removesuffix("-held-out") in names]
    own = [pair for pair in strips if pair.split == "held_out"]
    slices = f"{len(own)} slice{'s' * (len(own) != 1)}"
    if any("-held-out_t" in pair.file for pair in own):
        return f"{source.name}: a strip of {slices} held out"
    return f"{source.name}: {slices} of one volume held out, next to training slices"
