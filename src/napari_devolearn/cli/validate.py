"""Check a result against the rules of the Cell Tracking Challenge.

Its masks and track table are checked, and one line per problem is printed.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from napari_devolearn.cli.common.arguments import add_shared
from napari_devolearn.cli.common.progress import watched
from napari_devolearn.exceptions import CTCFormatError


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("result", type=Path, metavar="RESULT", help="folder of masks with res_track.txt")
    add_shared(parser, "quiet")


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
