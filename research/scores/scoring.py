"""Shared by the scoring programs: arguments for data sets and the model, and JSON output."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from napari_devolearn.evaluation.score_files import write_json
from napari_devolearn.inference.backends.backend import Backend


def scoring_parser(description: str | None, model: str) -> argparse.ArgumentParser:
    """A parser with ``--data``, ``--model`` (by default `model`) and ``--json``."""
    parser = argparse.ArgumentParser(description=description)
    data = os.environ.get("NAPARI_DEVOLEARN_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=Path(data), help="folder of the data sets")
    parser.add_argument("-m", "--model", default=model, help="a model's name, or the path of its spec")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the scores there too")
    return parser


def add_backend(parser: argparse.ArgumentParser) -> None:
    """Add ``--backend``, as for ``load_model``."""
    parser.add_argument("--backend", choices=get_args(Backend), default="auto", help="backend on a CPU")


def print_scores(scores: Mapping[str, Any], file: Path | None) -> None:
    """Print scores as JSON, and also write them to a file, if one is given; an existing file is replaced."""
    print(json.dumps(scores, indent=2, allow_nan=False))
    if file is not None:
        write_json(file, scores, overwrite=True)
