"""``napari-devolearn models``: list the models and verify their weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from napari_devolearn.models.registry import ModelFiles

_ROW = "{:<12} {:<10} {:>12} {:>9}  {:<9} {}"


def add_subcommand(subcommands: Any) -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "models",
        help="list the models",
        description="List the models that ship with the package and check their weights.",
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> None:
    """Print one line per model; raise an error at the end if one is damaged."""
    from napari_devolearn.exceptions import WeightsError
    from napari_devolearn.models.registry import bundled_models

    print(_ROW.format("name", "task", "pixel size", "size", "weights", "description"))
    damaged = [found for files in bundled_models() if (found := _print_row(files)) is not None]
    if damaged:
        raise WeightsError("; ".join(str(error) for error in damaged))


def _print_row(files: ModelFiles) -> Exception | None:
    from napari_devolearn.exceptions import WeightsError
    from napari_devolearn.models.weights import verify_weights

    spec = files.spec
    size, damage = "-", None
    try:
        size = f"{len(verify_weights(files)) / 1e6:.1f} MB"
    except WeightsError as error:
        damage = error
    state = "verified" if damage is None else "damaged"
    print(
        _ROW.format(spec.name, spec.task, f"{spec.pixel_size:g} um", size, state, spec.description).rstrip()
    )
    return damage
