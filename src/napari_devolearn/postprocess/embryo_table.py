"""Table of the size and position of the embryo in each frame, with warnings of frames to check."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

from napari_devolearn.exceptions import warn_caller
from napari_devolearn.postprocess.embryo import LONGEST, UNSURE, EmbryoSize

if TYPE_CHECKING:
    import pandas as pd


def outline_table(
    sizes: Mapping[int, EmbryoSize], name: str, frame_interval: float | None = None
) -> pd.DataFrame:
    """Make the table of sizes by frame number, with one warning for each kind of frame that needs a check.

    `name`: of the image, in the warnings.
    `frame_interval`: minutes between two frames; adds the column "minutes".
    """
    table = sizes_table(sizes, frame_interval)
    for bad, text in (
        (table["embryos"] == 0, "no embryo found; its sizes are empty"),
        (
            table["certainty"] < UNSURE,
            f"a certainty below {UNSURE}: the outline is a guess; check it before you use its sizes",
        ),
        (
            table["length_um"] > LONGEST,
            f"longer than {LONGEST:g} um, more than any egg: two eggs that touch, or a wrong voxel size",
        ),
        (table["embryos"] > 1, "more than one embryo; the largest is measured"),
        (table["cut"].str.contains("side"), "the image's edge cuts the embryo; its sizes are empty"),
        (
            table["cut"] == "top or bottom",
            "the embryo extends above or below the stack; its volume is empty",
        ),
    ):
        numbers = table["frame"][bad]
        if len(numbers):
            listed = ", ".join(map(str, numbers[:5]))
            more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
            warn_caller(f"{name}: frame {listed}{more} of {len(table)}: {text}")
    return table


def sizes_table(sizes: Mapping[int, EmbryoSize], frame_interval: float | None) -> pd.DataFrame:
    """Sizes by frame number as a table: frame, minutes (if the interval is known), fields of `EmbryoSize`."""
    import pandas as pd

    fields = [field.name for field in dataclasses.fields(EmbryoSize)]
    table = pd.DataFrame([dataclasses.asdict(size) for size in sizes.values()], columns=fields)
    table.insert(0, "frame", list(sizes))
    if frame_interval is not None:
        table.insert(1, "minutes", table["frame"] * frame_interval)
    return table
