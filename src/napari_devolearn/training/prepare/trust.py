"""How far the scores of held-out images can be trusted, by what they were held out of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from napari_devolearn.training.data.pairs import Pair
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.source import Source
from napari_devolearn.training.prepare.split import Part

_FEW = 5
"""Time points below which neighbours of those held out are nearly all that is learnt from."""

_NOTHING = (
    "nothing with objects is held out, so that 'train' could not measure anything; leave out --split-window "
    "and --hold-out, label more, or prepare another input into the same folder with --append --hold-out NAME"
)


def limits_of_split(
    sources: Sequence[Source],
    splits: Mapping[tuple[str, int], Part],
    pairs: Sequence[Pair],
    params: PrepareParams,
) -> str:
    """Say what was held out of little data, and what its score is good for.

    Parameters
    ----------
    sources : sequence of Source
    splits : mapping of (str, int) to {"train", "held_out", "within"}
    pairs : sequence of Pair
        All that were written.
    params : PrepareParams

    Returns
    -------
    str
        One line for a warning; empty where a person chose what is held out, or it is a window of a longer
        movie.
    """
    if not any(pair.split == "held_out" and pair.foreground for pair in pairs):
        return _NOTHING
    if params.windows or params.hold_out:
        return ""
    found = [text for source in sources if (text := _limits(source, splits, pairs))]
    if not found:
        return ""
    return (
        f"{'; '.join(found)}. The score tells whether training helps on these images; for how good the model "
        "is on others, evaluate it on a movie that it was not trained on"
    )


def _limits(source: Source, splits: Mapping[tuple[str, int], Part], pairs: Sequence[Pair]) -> str:
    parts = {t: part for (name, t), part in splits.items() if name == source.name}
    held_out = sum(part == "held_out" for part in parts.values())
    if "within" not in parts.values():
        few = 0 < held_out < len(parts) < _FEW
        return f"{source.name}: {held_out} of {len(parts)} time points held out" if few else ""
    names = {volume.name for volume in source.volumes}
    strips = [pair for pair in pairs if pair.file.rpartition("_t")[0].removesuffix("-held-out") in names]
    own = [pair for pair in strips if pair.split == "held_out"]
    if any("-held-out_t" in pair.file for pair in own):
        return f"{source.name}: a strip of {len(own)} slice{'s' * (len(own) > 1)} held out"
    return f"{source.name}: {len(own)} slices of one volume held out, next to those that are learnt from"
