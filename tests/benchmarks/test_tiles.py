"""Number of mask pixels of a large plane that depend on its tiles.

Run with ``pytest tests/benchmarks/test_tiles.py --override-ini addopts= -s``. It takes about 2 minutes on two
cores, and reads the real data.
"""

from __future__ import annotations

import numpy as np
import pytest
import tifffile

from helpers.real_data import DATA, needs_data
from napari_devolearn.inference.backends import whole_planes
from napari_devolearn.inference.backends.backend import Backend
from napari_devolearn.inference.inputs.tiles import iter_tiles
from napari_devolearn.inference.load import load_model

SIZE = (1536, 2100)


def plane_of_many_slices() -> np.ndarray:
    """Real slices side by side, dimmer to the right, so that tiles differ in brightness."""
    volume = tifffile.imread(min((DATA / "nuclei_ctc_3d" / "01").glob("t*.tif")))
    picked = np.random.default_rng(0).integers(8, len(volume) - 8, (10, 10))
    faint = np.linspace(1, 0.3, 10)
    grid = [[volume[picked[i, j]] * faint[j] for j in range(10)] for i in range(10)]
    return np.block(grid)[: SIZE[0], : SIZE[1]].astype(np.uint16)


@needs_data("nuclei_ctc_3d")
@pytest.mark.parametrize("backend", ["torch", "openvino"])
def test_tiles_and_the_whole_plane_agree(monkeypatch: pytest.MonkeyPatch, backend: Backend) -> None:
    if backend == "openvino":
        pytest.importorskip("openvino")
    nucleus = load_model("nucleus", device="cpu", backend=backend)
    plane = plane_of_many_slices()
    whole = nucleus.predict(plane, voxel_size=(0.18, 0.18)) > 127
    monkeypatch.setattr(whole_planes, "iter_tiles", lambda shape, **_: iter_tiles(shape))
    before = nucleus.forward_passes
    tiled = nucleus.predict(plane, voxel_size=(0.18, 0.18)) > 127
    tiles = nucleus.forward_passes - before
    share = (whole != tiled).sum() / whole.sum()
    print(f"\n{backend}: {tiles} passes, {100 * share:.3f} % of {whole.sum()} foreground pixels differ")  # noqa: T201
    assert tiles > 1
    assert share < 0.01
