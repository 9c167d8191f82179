"""How many pixels of the mask of a large plane depend on its tiles.

Run with ``pytest tests/benchmarks/test_tiles.py --override-ini addopts= -s``. It takes about 2 minutes of two
cores.
"""

from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.inference.backends import whole_planes
from napari_devolearn.inference.inputs.tiles import iter_tiles
from napari_devolearn.inference.load import load_model
from napari_devolearn.simulate.embryo import simulate_embryo
from napari_devolearn.simulate.params import SimulateParams

SIZE = (1536, 2100)


def plane_of_many_embryos() -> np.ndarray:
    """Slices of drawn embryos side by side, fainter to the right, so that tiles differ in brightness."""
    slices = simulate_embryo(
        SimulateParams(frames=1, shape=(25, 160, 240), voxel_size=(1.0, 0.18, 0.18))
    ).image[0]
    rng = np.random.default_rng(0)
    rows, columns = (-(-length // edge) for length, edge in zip(SIZE, slices.shape[1:], strict=True))
    faint = np.linspace(1, 0.3, columns)
    picked = rng.integers(5, len(slices) - 5, (rows, columns))
    grid = [[slices[picked[i, j]] * faint[j] for j in range(columns)] for i in range(rows)]
    return np.block(grid)[: SIZE[0], : SIZE[1]].astype(np.uint16)


def test_tiles_and_the_whole_plane_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    nucleus = load_model("nucleus", device="cpu", backend="torch")
    plane = plane_of_many_embryos()
    whole = nucleus.predict(plane, voxel_size=(0.18, 0.18)) > 127
    monkeypatch.setattr(whole_planes, "iter_tiles", lambda shape, **_: iter_tiles(shape))
    before = nucleus.forward_passes
    tiled = nucleus.predict(plane, voxel_size=(0.18, 0.18)) > 127
    tiles = nucleus.forward_passes - before
    share = (whole != tiled).sum() / whole.sum()
    print(f"\n{tiles} passes, {100 * share:.3f} % of {whole.sum()} foreground pixels differ")  # noqa: T201
    assert tiles > 1
    assert share < 0.01
