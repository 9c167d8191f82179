"""Time to label a volume with 10 to 350 nuclei.

Run with ``pytest tests/benchmarks/test_labelling.py --override-ini addopts= -s``.
"""

from __future__ import annotations

import numpy as np
import pytest
import scipy

from benchmarks.timing import SIZE, embryo_volume, medians, report
from napari_devolearn.inference.centres import predict_centres
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.postprocess.nuclei_3d import split_volume
from napari_devolearn.postprocess.threshold import threshold_mask


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("nucleus", "cpu")


@pytest.mark.parametrize("count", [10, 30, 190, 350])
def test_labelling_time_by_number_of_nuclei(model: Model, count: int) -> None:
    volume = embryo_volume(count)
    probability = model.predict(volume, voxel_size=SIZE)
    centres, foreground = predict_centres(volume, probability, SIZE)
    mask = threshold_mask(foreground, 0.5)

    def label() -> np.ndarray:
        return split_volume(mask, centres, SIZE, 2.0)

    print(f"{count} nuclei, {connected(mask)} connected parts, {label().max()} found")  # noqa: T201
    ways = {
        "labelling": label,
        "centres": lambda: predict_centres(volume, probability, SIZE),
        "network": lambda: model.predict(volume, voxel_size=SIZE),
    }
    report(medians(ways, 3), "labelling")


def connected(mask: np.ndarray) -> int:
    return int(scipy.ndimage.label(mask)[1])
