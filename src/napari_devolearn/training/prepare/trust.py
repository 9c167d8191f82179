"""How reliable the scores of held-out images are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from napari_devolearn.training.data.pairs import Pair
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.source import Source
from napari_devolearn.training.prepare.split import TimeSplit

_FEW = 5
"""Number of time points below which training data are mostly neighbours of the held-out ones."""

_NO_OBJECTS = (
    "no objects are held out, so 'train' cannot evaluate the model; omit --split-window and --hold-out, "
    "label more, or add another input with --append --hold-out NAME"
)


def split_warning(
    sources: Sequence[Source],
    splits: Mapping[tuple[str, int], TimeSplit],
    pairs: Sequence[Pair],
    params: PrepareParams,
) -> str:
    """One line on how reliable the score of little held-out data is.

    Empty if the user chose what is held out, or if it is a window of a longer movie.

    `splits`: by input name and time point.
    `pairs`: all written ones.
    """
    if not any(pair.split == "held_out" and pair.foreground for pair in pairs):
        return _NO_OBJECTS
    if params.windows or params.hold_out:
        return ""
    found = [text for source in sources if (text := _limits(source, splits, pairs))]
    if not found:
        return ""
    return (
        f"{'; '.join(found)}. The score shows whether training helps on these images; to measure the "
        "accuracy on others, evaluate the model on a movie that it was not trained on"
    )


def _limits(source: Source, splits: Mapping[tuple[str, int], TimeSplit], pairs: Sequence[Pair]) -> str:
    parts = {t: split for (name, t), split in splits.items() if name == source.name}
    held_out = sum(split == "held_out" for split in parts.values())
    if "within" not in parts.values():
        few = 0 < held_out < len(parts) < _FEW
        return f"{source.name}: {held_out} of {len(parts)} time points held out" if few else ""
    names = {volume.name for volume in source.volumes}
    strips = [pair for pair in pairs if pair.file.rpartition("_t")[0].removesuffix("-held-out") in names]
    own = [pair for pair in strips if pair.split == "held_out"]
    if any("-held-out_t" in pair.file for pair in own):
        return f"{source.name}: a strip of {len(own)} slice{'s' * (len(own) > 1)} held out"
    return f"{source.name}: {len(own)} slices of one volume held out, next to training slices"
