"""Fixtures for all tests: a tiny embryo with known nuclei."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.shared_networks import share_networks
from napari_devolearn.simulate.dataset import write_embryo
from napari_devolearn.simulate.embryo import SimulatedEmbryo, tracks_of
from napari_devolearn.simulate.nucleus import Nucleus
from napari_devolearn.simulate.render import render_frame


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fuzz-examples", type=int, default=300, help="mangled files of each format that tests/fuzz reads"
    )


@pytest.fixture
def shared_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile the network of a shipped model in the first test that loads it; see `share_networks`."""
    share_networks(monkeypatch)


@pytest.fixture(scope="session")
def tiny_embryo() -> SimulatedEmbryo:
    """Three frames of (6, 48, 64) voxels of 1.0 x 0.5 x 0.5 um; nucleus 2 divides into 4 and 5.

    The middle slice; a letter is 4 x 4 um, a nucleus 5 um wide. Read only, as all tests share it::

        frame 0           frame 1           frame 2           rows (label begin end parent)
        . . . . . . . .   . . . . . . . .   . . . . . 4 . .   1 0 2 0
        . 1 . . . . . .   . 1 . . . . . .   . 1 . . . . . .   2 0 1 0
        . . . . . 2 . .   . . . . . 2 . .   . . . . . . . .   3 0 2 0
        . . . . . . . .   . . . . . . . .   . . . . . 5 . .   4 2 2 2
        . 3 . . . . . .   . . 3 . . . . .   . . 3 . . . . .   5 2 2 2
        . . . . . . . .   . . . . . . . .   . . . . . . . .
    """
    shape, voxel_size = (6, 48, 64), (1.0, 0.5, 0.5)
    one = Nucleus(1, (3.0, 6.0, 6.0), 2.5, 2.5)
    three = Nucleus(3, (3.0, 18.0, 10.0), 2.5, 2.5)
    frames = [
        [one, Nucleus(2, (3.0, 10.0, 22.0), 2.5, 2.5), three._replace(center=(3.0, 18.0, 6.0))],
        [one, Nucleus(2, (3.0, 10.0, 22.0), 1.0, 2.2, axis=(0.0, 1.0, 0.0), brightness=2.0), three],
        [
            one,
            three,
            Nucleus(4, (3.0, 4.0, 22.0), 2.0, 2.0, parent=2),
            Nucleus(5, (3.0, 14.0, 22.0), 2.0, 2.0, parent=2),
        ],
    ]
    rng = np.random.default_rng(0)
    drawn = [render_frame(nuclei, shape=shape, voxel_size=voxel_size, rng=rng) for nuclei in frames]
    image, labels = (np.stack(volumes) for volumes in zip(*drawn, strict=True))
    image.flags.writeable = labels.flags.writeable = False
    return SimulatedEmbryo(image=image, labels=labels, tracks=tracks_of(frames), voxel_size=voxel_size)


@pytest.fixture
def tiny_ctc(tmp_path: Path, tiny_embryo: SimulatedEmbryo) -> Path:
    """The root of a CTC data set with `tiny_embryo` as sequence ``01`` and truth in ``01_GT``."""
    return write_embryo(tmp_path / "tiny", tiny_embryo)
