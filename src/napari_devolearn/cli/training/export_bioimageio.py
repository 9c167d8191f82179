"""``napari-devolearn export-bioimageio``: write a model as a bioimage.io package for other tools."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_subcommand(subcommands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subcommands.add_parser(
        "export-bioimageio",
        help="write a model as a bioimage.io package",
        description="Write a model as a bioimage.io package: ONNX weights, model card, test images and their "
        "description. Normalisation is included; resampling to the model's pixel size and splitting touching "
        "objects are not.",
    )
    add = parser.add_argument
    add("model", metavar="MODEL", help="see 'napari-devolearn models', or the .json of a training run")
    add("-o", "--output", type=Path, required=True, metavar="OUT", help="a folder, or a name ending in .zip")
    add("--overwrite", action="store_true", help="replace an existing package")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Export the model."""
    from napari_devolearn.models.registry import find_model
    from napari_devolearn.training.export.bioimageio import export_bioimageio

    package = export_bioimageio(find_model(arguments.model), arguments.output, overwrite=arguments.overwrite)
    print(f"{package}: bioimage.io package of {arguments.model}")
