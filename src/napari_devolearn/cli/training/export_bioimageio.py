"""Write a model as a bioimage.io package: ONNX weights, model card, test images and their description.

Normalisation is included; resampling to the model's pixel size and splitting touching objects are not.
"""

from __future__ import annotations

import argparse
from pathlib import Path


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add("model", metavar="MODEL", help="see 'napari-devolearn models', or the .json of a training run")
    add("-o", "--output", type=Path, required=True, metavar="OUT", help="a folder, or a name ending in .zip")
    add("--overwrite", action="store_true", help="replace an existing package")


def run(arguments: argparse.Namespace) -> None:
    """Export the model."""
    from napari_devolearn.models.registry import find_model
    from napari_devolearn.training.export.bioimageio import export_bioimageio

    package = export_bioimageio(find_model(arguments.model), arguments.output, overwrite=arguments.overwrite)
    print(f"{package}: bioimage.io package of {arguments.model}")
