"""Cost by number of slices, number of frames and size of a slice.

Run with ``pytest tests/benchmarks/test_growth.py --override-ini addopts= -s``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.timing import SIZE, embryo_volume, medians
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.segment import segment


def test_cost_is_linear_in_slices_frames_and_pixels() -> None:
    volume, model = embryo_volume(), load_model("nucleus", "cpu")
    images = {
        "8 slices": volume[13:21],
        "16 slices": volume[9:25],
        "32 slices": volume[1:33],
        "2 frames of 8 slices": np.stack([volume[13:21]] * 2),
        "4 frames of 8 slices": np.stack([volume[13:21]] * 4),
        "8 slices of twice the side": np.tile(volume[13:21], (1, 2, 2)),
    }
    ways: dict[str, Callable[[], object]] = {
        name: lambda image=image: segment(image, model, voxel_size=SIZE) for name, image in images.items()
    }
    times = medians(ways, 3)
    for name, seconds in times.items():
        per_slice = seconds / np.prod(images[name].shape) * volume[0].size
        print(f"  {name:30} {seconds:6.2f} s, {1000 * per_slice:6.1f} ms for 512 x 708 pixels")  # noqa: T201
