"""List the models that ship with the package and check their weights."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

_ROW = "{:<12} {:<10} {:>12} {:>9}  {:<9} {}"


def add_options(_: argparse.ArgumentParser) -> None:
    """It has no options."""


def run(_: argparse.Namespace) -> None:
    """Print one line per model; raise an error at the end if one is damaged."""
    from napari_devolearn.exceptions import WeightsError
    from napari_devolearn.models.centres import verify_centres
    from napari_devolearn.models.registry import bundled_models
    from napari_devolearn.models.weights import verify_weights

    print(_ROW.format("name", "task", "pixel size", "size", "weights", "description"))
    damaged = []
    for files in bundled_models():
        spec = files.spec
        row = (spec.name, spec.task, f"{spec.pixel_size:g} um", spec.description)
        damaged += _print_row(*row, partial(verify_weights, files))
    damaged += _print_row("(centres)", "nucleus", "0.36 um", "Centres of nuclei in volumes", verify_centres)
    if damaged:
        raise WeightsError("; ".join(str(error) for error in damaged))


def _print_row(
    name: str, task: str, pixel_size: str, description: str, verify: Callable[[], bytes]
) -> list[Exception]:
    """Print one line; returns the error of damaged weights."""
    from napari_devolearn.exceptions import WeightsError

    size, state = "-", "verified"
    errors: list[Exception] = []
    try:
        size = f"{len(verify()) / 1e6:.1f} MB"
    except WeightsError as error:
        state = "damaged"
        errors.append(error)
    print(_ROW.format(name, task, pixel_size, size, state, description).rstrip())
    return errors
