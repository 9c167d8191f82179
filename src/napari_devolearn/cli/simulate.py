"""``napari-devolearn simulate``: write a simulated embryo with ground truth, as a data set."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from napari_devolearn.cli.common.arguments import add_shared, voxel_size, whole_sizes


def add_subcommand(subcommands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subcommands.add_parser(
        "simulate",
        help="simulate an embryo with ground truth labels and tracks",
        description="Simulate an embryo in the style of Fluo-N3DH-CE, as a Cell Tracking Challenge data set: "
        "images in 01/, ground truth labels and tracks in 01_GT/. The same seed gives the same embryo.",
    )
    add = parser.add_argument
    add("-o", "--output", type=Path, required=True, metavar="DIR", help="folder of the data set")
    add("--frames", type=int, default=12, metavar="N", help="time points (%(default)s)")
    add("--seed", type=int, default=0, metavar="S", help="random seed (%(default)s)")
    add("--nuclei", type=int, default=10, metavar="N", help="nuclei in the first frame (%(default)s)")
    add("--shape", type=whole_sizes, default=(25, 160, 240), metavar="Z,Y,X", help="voxels (25,160,240)")
    add("--voxel-size", type=voxel_size, default=(1.0, 0.25, 0.25), metavar="Z,Y,X", help="um (1,0.25,0.25)")
    add(
        "--noise",
        type=float,
        default=1.0,
        metavar="V",
        help="1 as in real recordings, 0 for no noise (%(default)s)",
    )
    add_shared(parser, "overwrite")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Simulate and write."""
    from napari_devolearn.exceptions import OutputExistsError
    from napari_devolearn.io.writing.target import check_writable
    from napari_devolearn.simulate.dataset import write_embryo
    from napari_devolearn.simulate.embryo import simulate_embryo
    from napari_devolearn.simulate.params import SimulateParams

    folder = arguments.output
    params = SimulateParams(
        seed=arguments.seed,
        frames=arguments.frames,
        nuclei=arguments.nuclei,
        shape=arguments.shape,
        voxel_size=arguments.voxel_size,
        noise=arguments.noise,
    )
    check_writable(folder)
    if folder.is_dir() and any(folder.iterdir()) and not arguments.overwrite:
        raise OutputExistsError(f"{folder}: is not empty; give another folder, or --overwrite")
    embryo = simulate_embryo(params)
    write_embryo(folder, embryo, overwrite=arguments.overwrite)
    print(f"{folder}: {params.frames} frames, {len(embryo.tracks.rows)} tracks")
