"""Check by the counts of the index whether masks are usable, before a long training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from napari_devolearn.exceptions import DatasetError, warn_caller
from napari_devolearn.training.data.pairs import Pair

_EVERYWHERE = 0.98  # fraction of foreground pixels above which a constant prediction is almost correct
_SPECK = 4.0  # pixels per object, below which a mask is probably an image
_MANY, _HALF = 100, 0.5  # objects per slice and foreground fraction, above which it may be an image

_SWAPPED = "check that images and masks are not swapped"


def check_counts(folder: Path, pairs: Sequence[Pair], outputs: Sequence[str] = ()) -> None:
    """Refuse unusable masks, and warn of masks that look like images.

    `folder`: for the message.
    `outputs`: outputs of the network; without them, masks that are all foreground only cause a warning,
    because borders between cells can still be learnt.
    Raises DatasetError if training or held-out masks are foreground nearly everywhere, or their objects have
    fewer than 4 pixels on average.
    Warns UserWarning if the masks look like images.
    """
    for part, name in (("train", "training"), ("held_out", "held-out")):
        rows = [pair for pair in pairs if pair.split == part]
        if not rows:
            continue
        foreground, objects = (
            sum(getattr(row, key) for row in rows) for key in ("foreground", "n_instances")
        )
        share = foreground / sum(row.height * row.width for row in rows)
        where = f"{folder}: {name} masks"
        if objects and foreground / objects < _SPECK:
            raise DatasetError(
                f"{where}: objects have only {foreground / objects:.1f} pixels on average; {_SWAPPED}"
            )
        if share >= _EVERYWHERE:
            text = f"{where}: {100 * share:.1f} % is foreground, so foreground cannot be learnt"
            if (outputs and outputs[0] == "foreground") or objects <= len(rows):
                raise DatasetError(f"{text}; {_SWAPPED}, and that the background is 0")
            warn_caller(f"{text}, only borders of objects; {_SWAPPED}")
        elif share >= _HALF and median(row.n_instances for row in rows) >= _MANY:
            warn_caller(
                f"{where}: {median(row.n_instances for row in rows):.0f} objects per slice that cover "
                f"{100 * share:.0f} % of it, like the grey values of an image; {_SWAPPED}"
            )
