from __future__ import annotations

import copy
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from helpers.drawn.discs import tiny_network
from napari_devolearn.exceptions import DeviceError
from napari_devolearn.inference.backends.backend import Backend, Compiled, available_backends, compile_network
from napari_devolearn.inference.backends.torch_backend import fold_batch_norms
from napari_devolearn.inference.load import load_model
from napari_devolearn.io.image import read_image
from napari_devolearn.models.networks.build import build_network
from napari_devolearn.models.ranges import read_ranges
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.run.ranges import record_ranges

DATA = Path(os.environ.get("NAPARI_DEVOLEARN_DATA", "../shared/data"))


def norms(network: nn.Module) -> int:
    return sum(type(module) is nn.BatchNorm2d for module in network.modules())


@pytest.mark.parametrize(
    ("architecture", "encoder", "left"),
    [("unet", "resnet18", 0), ("fpn", "mobilenet_v2", 0), ("plain-unet", "width-4", 0)],
)
def test_batch_norms_are_folded_into_the_preceding_convolutions(architecture, encoder, left) -> None:
    spec = ModelSpec(
        name="n", task="nucleus", pixel_size=0.2, sha256="0" * 64, architecture=architecture, encoder=encoder
    )
    network = build_network(spec).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.weight, 0.5, 1.5)
    image = torch.rand(1, 1, 64, 96)
    with torch.inference_mode():
        expected = network(image)
        folded = fold_batch_norms(copy.deepcopy(network))
        torch.testing.assert_close(folded(image), expected, atol=1e-4, rtol=1e-3)
    assert norms(network) > 0
    assert norms(folded) == left


def test_a_network_that_cannot_be_folded_is_unchanged() -> None:
    class Twice(nn.Module):
        """The output of the convolution is also used without its norm."""

        def __init__(self) -> None:
            super().__init__()
            self.conv, self.norm = nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1)
            self.norm.running_mean.fill_(3.0)

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            seen = self.conv(image)
            return self.norm(seen) * seen

    network, image = Twice().eval(), torch.rand(1, 1, 4, 4)
    expected = network(image)
    torch.testing.assert_close(fold_batch_norms(network)(image), expected)
    assert norms(network) == 1


def compiled(network: nn.Module, backend: Backend) -> Compiled:
    """Compile a copy, with ranges from images of noise."""
    ranges = record_ranges(network, [torch.rand(1, 1, 64, 64) for _ in range(4)])
    return compile_network(copy.deepcopy(network), "cpu", backend, ranges)


@pytest.mark.parametrize("backend", available_backends())
def test_sizes_and_batches_are_free(backend) -> None:
    network = tiny_network().eval()
    run = compiled(network, backend)
    for shape in ((1, 1, 32, 64), (2, 1, 64, 32), (1, 1, 32, 64)):
        image = torch.rand(shape)
        with torch.inference_mode():
            torch.testing.assert_close(run(image), network(image), atol=0.05, rtol=0.05)
    assert run.name


@pytest.mark.parametrize("backend", available_backends())
def test_threads_can_share_a_compiled_network(backend) -> None:
    network = tiny_network().eval()
    run = compiled(network, backend)
    images = [torch.rand(1, 1, 32 * (1 + i % 3), 64) for i in range(24)]
    with ThreadPoolExecutor(4) as threads:
        outputs = list(threads.map(run, images))
    with torch.inference_mode():
        for image, output in zip(images, outputs, strict=True):
            torch.testing.assert_close(output, network(image), atol=0.05, rtol=0.05)


def test_an_unavailable_backend_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_devolearn.inference.backends.backend.available_backends", lambda: ("torch",))
    with pytest.raises(DeviceError, match="choose auto or one of torch"):
        compile_network(tiny_network(), "cpu", "openvino")


def test_8_bit_integers_need_the_ranges_of_a_model() -> None:
    if "openvino-int8" in available_backends():
        with pytest.raises(DeviceError, match="not available for this model; choose auto or one of openvino"):
            compile_network(tiny_network().eval(), "cpu", "openvino-int8")
    assert "int8" not in compile_network(tiny_network().eval(), "cpu").name


NUCLEI = (
    ("nuclei_fullres/nucleus_seg_sample.png", (1.0, 0.09, 0.09)),
    ("nuclei_ctc_3d/01/t023.tif", (1.0, 0.276, 0.273)),
    ("nuclei_other/dsb2018/img2d.tif", (1.0, 0.25, 0.25)),
)
REAL = {
    "nucleus": NUCLEI,
    "embryo": NUCLEI[:2],
    "membrane": (("membrane_3dmms/raw/t004.tif", None),),
    "neuron": (("neurons_pfc/images/004.jpg", (0.1, 0.1)),),
}


@pytest.mark.skipif(not (DATA / "nuclei_fullres").is_dir(), reason="needs the real images")
@pytest.mark.parametrize("backend", [name for name in available_backends() if name != "torch"])
@pytest.mark.parametrize("name", REAL)
def test_masks_of_real_images_are_those_of_float32(name, backend) -> None:
    if backend == "openvino-int8" and read_ranges(find_model(name)) is None:
        pytest.skip("ships no ranges, since its masks would change")
    plain, fast = (load_model(name, "cpu", backend=way) for way in ("torch", backend))
    for path, size in REAL[name]:
        stack = read_image(DATA / path, colours=plain.spec.takes_colours)
        volume = np.asarray(stack.data[0])[::12]
        masks = [model.predict(volume, voxel_size=size or stack.voxel_size) >= 128 for model in (plain, fast)]
        assert masks[0].any()
        assert 2 * (masks[0] & masks[1]).sum() / (masks[0].sum() + masks[1].sum()) >= 0.995
