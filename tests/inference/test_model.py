from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.exceptions import DeviceError
from napari_devolearn.inference.cache import ProbabilityCache
from napari_devolearn.inference.inputs.opening import as_movie
from napari_devolearn.inference.inputs.tiles import iter_tiles
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.planes import predict_planes
from napari_devolearn.models.spec import ModelSpec


@pytest.mark.parametrize("shape", [(512, 708), (300, 1000), (37, 53), (1, 2), (1, 200)])
def test_probability_has_exactly_the_shape_of_the_input(nucleus: Model, shape: tuple[int, int]) -> None:
    plane = np.random.default_rng(0).integers(0, 255, shape, np.uint8)
    probability = nucleus.predict(plane, voxel_size=(0.3, 0.3))
    assert (probability.shape, probability.dtype) == (shape, np.uint8)


@pytest.mark.parametrize("shape", [(64, 64), (1, 1)])
def test_a_constant_slice_has_no_nuclei_and_gives_a_warning(nucleus: Model, shape: tuple[int, int]) -> None:
    with pytest.warns(UserWarning, match="every pixel is 80, so no object can be found"):
        probability = nucleus.predict(np.full(shape, 80, np.uint8), voxel_size=(0.2, 0.2))
    assert probability.shape == shape
    assert probability.max() < 128


def test_a_large_plane_in_tiles_equals_the_whole_plane(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nuclei are only on the left, so that tiles and plane have different statistics."""
    from napari_devolearn.inference.backends import whole_planes

    nucleus = load_model("nucleus", device="cpu", backend="torch")
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:256, :320]
    centres = rng.integers(20, 236, (25, 2))
    plane = rng.poisson(20 + 150 * sum(np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / 200) for cy, cx in centres))
    whole = nucleus.predict(plane, voxel_size=(0.18, 0.18)) > 127
    passes = nucleus.forward_passes
    monkeypatch.setattr(whole_planes, "iter_tiles", lambda shape, **_: iter_tiles(shape, 64, 96))
    tiled = nucleus.predict(plane, voxel_size=(0.18, 0.18)) > 127
    assert nucleus.forward_passes - passes == 5
    assert whole.sum() > 1000
    assert (whole != tiled).sum() < 0.01 * whole.sum()  # every pixel is near a seam


def test_an_unavailable_device_is_refused_before_reading() -> None:
    with pytest.raises(DeviceError, match="cuda:99"):
        load_model("no such model", device="cuda:99")


def test_a_model_with_neighbouring_slices_and_several_outputs() -> None:
    """A network without weights: the slice above as the first output, the slice below as the second."""
    import torch

    class Above(torch.nn.Module):
        def forward(self, channels: torch.Tensor) -> torch.Tensor:
            return 20 * (channels[:, [2, 0]] - 0.5)

    spec = ModelSpec(
        name="a",
        task="membrane",
        pixel_size=1.0,
        sha256="0" * 64,
        in_channels=3,
        context=1,
        z_step=1.0,
        outputs=("interior", "distance"),
        percentiles=(0.0, 100.0),
    )
    model = Model(spec, Above(), "cpu")
    volume = np.zeros((3, 40, 40), np.uint8)
    volume[1], volume[2] = np.arange(40), 39  # a ramp of 0..39 below a bright plane
    cache = ProbabilityCache((1, *volume.shape), len(spec.outputs))
    predict_planes(as_movie(volume, (1.0, 1.0, 1.0), 1.0), model, cache)
    above, below = cache.frame(0)
    assert above[1].min() == 255
    assert below[1].max() == 0
    assert model.predict(volume[1], voxel_size=(1.0, 1.0))[0, 0] == 0  # alone it stands for its neighbours
    assert model.predict(volume[1], voxel_size=(1.0, 1.0))[0, -1] == 255
