"""What the programs that score a model take and give: data sets and a model in, JSON out."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from napari_devolearn.evaluation.report import write_json
from napari_devolearn.inference.backends.backend import Backend


def scoring_parser(description: str | None, model: str) -> argparse.ArgumentParser:
    """A command line with ``--data``, ``--model`` and ``--json``.

    Parameters
    ----------
    description : str or None
    model : str
        Which one is scored by default.

    Returns
    -------
    ArgumentParser
    """
    parser = argparse.ArgumentParser(description=description)
    data = os.environ.get("NAPARI_DEVOLEARN_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=Path(data), help="folder of the data sets")
    parser.add_argument("-m", "--model", default=model, help="a model's name, or the path of its spec")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the scores there too")
    return parser


def add_backend(parser: argparse.ArgumentParser) -> None:
    """Let the command line say ``--backend``, as ``load_model`` takes it.

    Parameters
    ----------
    parser : ArgumentParser
    """
    parser.add_argument("--backend", choices=get_args(Backend), default="auto", help="how a CPU computes")


def tell_scores(scores: Mapping[str, Any], file: Path | None) -> None:
    """Print scores as JSON, and write them to a file, where one is given, in place of an older one."""
    print(json.dumps(scores, indent=2, allow_nan=False))
    if file is not None:
        write_json(file, scores, overwrite=True)
