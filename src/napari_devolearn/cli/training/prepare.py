"""``napari-devolearn prepare``: make a training data set from images and masks."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn.cli.common.arguments import FILE_OPTIONS, add_shared, frame_range
from napari_devolearn.cli.common.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from napari_devolearn.training.data.pairs import Pair
    from napari_devolearn.training.prepare.write import Plan

_MOST = 10**9  # time points: more than any movie has


def add_subcommand(subcommands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subcommands.add_parser(
        "prepare",
        help="make a folder of image and mask pairs to train on",
        description="Make a folder of lossless PNG pairs with an index, to train on. Whole windows of "
        "time, or whole inputs, are held out, of a single volume a block of slices or a strip; never slices "
        "by chance. 65535 in a mask is unknown: neither learnt nor scored.",
    )
    add = parser.add_argument
    add(
        "inputs",
        type=Path,
        nargs="+",
        metavar="INPUT",
        help="a sequence (01/) or the root of some, a folder of images/ and masks/, a .tif or .mat stack",
    )
    add("-o", "--output", type=Path, required=True, metavar="DATA", help="the folder of pairs")
    add(
        "--truth",
        "--masks",
        metavar="gt|st|PATH",
        help="which ground truth of a sequence, or the path of masks (default: st, else gt, or INPUT/masks)",
    )
    add(
        "--split-window",
        type=frame_range,
        action="append",
        default=[],
        metavar="A:B",
        help="hold out the time points from A up to, not including, B; may be repeated (default: the "
        "fourth fifth of each input)",
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
    add(
        "--only-labelled",
        action="store_true",
        help="leave out all slices without a mask as not looked at",
    )
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
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Check all headers, then write."""
    from napari_devolearn.training.prepare.params import PrepareParams
    from napari_devolearn.training.prepare.write import iter_prepare, plan_preparation

    params = PrepareParams(
        truth=arguments.truth,
        windows=tuple((first or 0, _MOST if end is None else end) for first, end in arguments.split_window),
        hold_out=tuple(arguments.hold_out),
        voxel_size=arguments.voxel_size,
        axes=arguments.axes,
        channel=arguments.channel,
        pixel_size=arguments.pixel_size,
        keep_empty=arguments.keep_empty,
        only_labelled=arguments.only_labelled,
        bits=arguments.bits,
        semantic=arguments.semantic,
    )
    plan = plan_preparation(arguments.inputs, params)
    pairs: list[Pair] = []
    with (
        progress_bar(plan.volumes, "time point", quiet=arguments.quiet) as bar,
        iter_prepare(plan, arguments.output, append=arguments.append, overwrite=arguments.overwrite) as steps,
    ):
        for written in steps:
            pairs += written
            bar.update()
    print(f"{arguments.output}: {_summary(plan, pairs)}")


def _summary(plan: Plan, pairs: Sequence[Pair]) -> str:
    held_out = sum(pair.split == "held_out" for pair in pairs)
    names = ", ".join(source.name for source in plan.sources)
    text = f"{len(pairs)} pairs of {names}, {len(pairs) - held_out} to train on and {held_out} held out"
    dropped = {"time points without truth": plan.skipped, "empty slices": plan.slices - len(pairs)}
    left_out = " and ".join(f"{count} {what}" for what, count in dropped.items() if count)
    return f"{text}; left out {left_out}" if left_out else text
