"""``napari-devolearn validate``: check a result against the rules of the Cell Tracking Challenge."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from napari_devolearn.cli.common.arguments import add_shared
from napari_devolearn.cli.common.progress import watched
from napari_devolearn.exceptions import CTCFormatError


def add_subcommand(subcommands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subcommands.add_parser(
        "validate",
        help="check a result against the rules of the Cell Tracking Challenge",
        description="Check the masks and track table of a result against the rules of the Cell Tracking "
        "Challenge, and print one line per problem.",
    )
    parser.add_argument("result", type=Path, metavar="RESULT", help="folder of masks with res_track.txt")
    add_shared(parser, "quiet")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Print every problem."""
    from napari_devolearn.io.ctc.ctc_validator import validate_ctc

    problems = validate_ctc(arguments.result, watch=partial(watched, unit="mask", quiet=arguments.quiet))
    if not problems:
        print(f"{arguments.result}: valid")
        return
    print("\n".join(problems))
    raise CTCFormatError(
        f"{arguments.result}: not valid, {len(problems)} problems listed above; correct them"
    )
