"""What labelling a volume takes with 30, 190 and 350 nuclei, against SciPy's way.

Run with ``pytest tests/benchmarks/test_labelling.py --override-ini addopts= -s``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from scipy import ndimage

from benchmarks.timing import SIZE, embryo_volume, medians, report
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.postprocess import nuclei
from napari_devolearn.postprocess.threshold import threshold_mask


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("nucleus", "cpu")


@contextmanager
def by_scipy() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nuclei, "connected_parts", lambda mask: ndimage.label(mask)[0])
        patch.setattr(
            nuclei,
            "depth_in",
            lambda mask, size: ndimage.distance_transform_edt(mask, sampling=size).astype(np.float32),
        )
        yield


@pytest.mark.parametrize("count", [30, 190, 350])
def test_how_labelling_grows_with_nuclei(model: Model, count: int) -> None:
    volume = embryo_volume(count)
    mask = threshold_mask(model.predict(volume, voxel_size=SIZE), 0.5)

    def ours() -> np.ndarray:
        return nuclei.split_nuclei(mask, SIZE, 2.0)

    def scipys() -> np.ndarray:
        with by_scipy():
            return nuclei.split_nuclei(mask, SIZE, 2.0)

    def on_all_pixels() -> np.ndarray:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(nuclei, "_SPLIT_STEP", 0.0)
            return nuclei.split_nuclei(mask, SIZE, 2.0)

    print(f"{count} nuclei, {connected(mask)} connected parts, {ours().max()} found")  # noqa: T201
    np.testing.assert_array_equal(ours(), scipys())
    assert on_all_pixels().max() == ours().max()
    ways = {
        "by SciPy": scipys,
        "ours": ours,
        "on all pixels": on_all_pixels,
        "network": lambda: model.predict(volume, voxel_size=SIZE),
    }
    report(medians(ways, 3), "by SciPy")


def connected(mask: np.ndarray) -> int:
    return int(nuclei.connected_parts(mask).max())
