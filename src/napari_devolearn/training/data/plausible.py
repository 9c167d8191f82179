"""Whether masks can teach anything, by the counts of their index: found before hours are spent on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from napari_devolearn.exceptions import DatasetError, warn_caller
from napari_devolearn.training.data.pairs import Pair

_EVERYWHERE = 0.98
"""Share of the pixels: where more is foreground, a network that says so everywhere is right."""

_SPECK = 4.0  # pixels an object: what the values of an image look like, taken for ids
_MANY, _HALF = (
    100,
    0.5,
)  # objects a slice and share of it: few real images are so full, most images' values are

_SWAPPED = "check that images and masks are not swapped"


def check_counts(folder: Path, pairs: Sequence[Pair], outputs: Sequence[str] = ()) -> None:
    """Refuse masks that teach nothing, and doubt those that look like images.

    Parameters
    ----------
    folder : Path
        For the message.
    pairs : sequence of Pair
    outputs : sequence of str
        That a network is to learn; without them masks that are all foreground are only doubted, since
        borders between cells can still be learnt from them.

    Raises
    ------
    DatasetError
        For the training or the held-out part: masks that are foreground nearly everywhere, or whose
        objects have fewer than 4 pixels on average.

    Warns
    -----
    UserWarning
        If the masks look like images.
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
                f"{where}: objects have {foreground / objects:.1f} pixels on average, as no labels have; "
                f"{_SWAPPED}"
            )
        if share >= _EVERYWHERE:
            text = f"{where}: {100 * share:.1f} % is foreground, so that there is nothing to tell apart"
            if (outputs and outputs[0] == "foreground") or objects <= len(rows):
                raise DatasetError(f"{text}; {_SWAPPED}, and that the background is 0")
            warn_caller(f"{text} but the borders of objects; {_SWAPPED}")
        elif share >= _HALF and median(row.n_instances for row in rows) >= _MANY:
            warn_caller(
                f"{where}: {median(row.n_instances for row in rows):.0f} objects in a slice that cover "
                f"{100 * share:.0f} % of it, as the grey values of an image would; {_SWAPPED}"
            )
