"""Make a training data set: a folder of lossless PNG pairs with an index.

Whole time windows or whole inputs are held out, or a block of slices or a strip of a single volume, but never
random slices. The value 65535 in a mask means unknown; these pixels are ignored.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.cli.common.arguments import FILE_OPTIONS, add_shared, frame_range, params_of
from napari_devolearn.cli.common.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from napari_devolearn.training.data.pairs import Pair
    from napari_devolearn.training.prepare.plan import Plan

_NO_END = 10**9  # time points, more than in any movie


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add(
        "inputs",
        type=Path,
        nargs="+",
        metavar="INPUT",
        help="a sequence (01/), a folder of sequences, a folder of images/ and masks/, a .tif or .mat stack",
    )
    add("-o", "--output", type=Path, required=True, metavar="DATA", help="the folder of pairs")
    add(
        "--truth",
        "--masks",
        metavar="gt|st|PATH",
        help="gold or silver truth of a sequence, or a path of masks (default: st, else gt, or INPUT/masks)",
    )
    add(
        "--split-window",
        dest="windows",
        type=frame_range,
        action="append",
        default=[],
        metavar="A:B",
        help="hold out the time points from A up to, not including, B; may be repeated (default: 60 to 80 %% "
        "of each input)",
    )
    add("--hold-out", action="append", default=[], metavar="NAME", help="hold out a whole input by its name")
    add(
        "--pixel-size",
        type=float,
        metavar="UM",
        help="resample to square pixels of this size (default: unchanged)",
    )
    add(
        "--keep-empty",
        type=int,
        metavar="N",
        help="empty slices to keep at each end of the Z axis (default: all)",
    )
    add("--only-labelled", action="store_true", help="leave out slices without a mask, as not annotated")
    add(
        "--bits",
        type=int,
        choices=(8, 16),
        help="bit depth of the images (default: 8 if they have 8, else 16)",
    )
    add("--semantic", action="store_true", help="255 for the foreground instead of labels")
    add("--append", action="store_true", help="add to an existing data set")
    add("--overwrite", action="store_true", help="replace an existing data set")
    add_shared(parser, "voxel-size", *FILE_OPTIONS, "quiet")


def run(arguments: argparse.Namespace) -> None:
    """Check all headers, then write the data set."""
    from napari_devolearn.training.prepare.params import PrepareParams
    from napari_devolearn.training.prepare.plan import plan_preparation
    from napari_devolearn.training.prepare.write import iter_prepare

    windows = tuple((first or 0, _NO_END if end is None else end) for first, end in arguments.windows)
    params = params_of(PrepareParams, arguments, windows=windows, hold_out=tuple(arguments.hold_out))
    plan = plan_preparation(arguments.inputs, params)
    pairs: list[Pair] = []
    with (
        progress_bar(plan.volumes, "time point", quiet=arguments.quiet) as bar,
        iter_prepare(plan, arguments.output, append=arguments.append, overwrite=arguments.overwrite) as steps,
    ):
        for new in steps:
            pairs += new
            bar.update()
    print(f"{arguments.output}: {_summary(plan, pairs)}")


def _summary(plan: Plan, pairs: Sequence[Pair]) -> str:
    held_out = sum(pair.split == "held_out" for pair in pairs)
    names = ", ".join(source.name for source in plan.sources)
    text = f"{len(pairs)} pairs of {names}, {len(pairs) - held_out} to train on and {held_out} held out"
    dropped = {
        "time points without ground truth": plan.skipped,
        "slices without labels or next to held-out slices": plan.left_out(pairs),
    }
    left_out = " and ".join(f"{count} {what}" for what, count in dropped.items() if count)
    return f"{text}; left out {left_out}" if left_out else text
