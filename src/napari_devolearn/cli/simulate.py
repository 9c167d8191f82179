"""Simulate an embryo with ground truth, as a Cell Tracking Challenge data set.

In the style of Fluo-N3DH-CE: images in 01/, ground truth labels and tracks in 01_GT/. The same seed gives the
same embryo.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from napari_devolearn.cli.common.arguments import add_shared, params_of, voxel_size, whole_sizes
from napari_devolearn.simulate.params import SimulateParams


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.set_defaults(**asdict(SimulateParams()))
    add = parser.add_argument
    add("-o", "--output", type=Path, required=True, metavar="DIR", help="folder of the data set")
    add("--frames", type=int, metavar="N", help="time points (%(default)s)")
    add("--seed", type=int, metavar="S", help="random seed (%(default)s)")
    add("--nuclei", type=int, metavar="N", help="nuclei in the first frame (%(default)s)")
    add("--shape", type=whole_sizes, metavar="Z,Y,X", help="voxels (25,160,240)")
    add("--voxel-size", type=voxel_size, metavar="Z,Y,X", help="um (1,0.25,0.25)")
    add("--noise", type=float, metavar="V", help="1 as in real recordings, 0 for no noise (%(default)s)")
    add_shared(parser, "overwrite")


def run(arguments: argparse.Namespace) -> None:
    """Simulate and write."""
    from napari_devolearn.exceptions import OutputExistsError
    from napari_devolearn.io.writing.target import check_writable
    from napari_devolearn.simulate.dataset import write_embryo
    from napari_devolearn.simulate.embryo import simulate_embryo

    folder = arguments.output
    params = params_of(SimulateParams, arguments)
    check_writable(folder)
    if folder.is_dir() and any(folder.iterdir()) and not arguments.overwrite:
        raise OutputExistsError(f"{folder}: is not empty; give another folder, or --overwrite")
    embryo = simulate_embryo(params)
    write_embryo(folder, embryo, overwrite=arguments.overwrite)
    print(f"{folder}: {params.frames} frames, {len(embryo.tracks.rows)} tracks")
