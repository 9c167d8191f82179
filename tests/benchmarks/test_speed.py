"""Speed of the network and of the whole pipeline, as ratios within one run.

Run with ``pytest tests/benchmarks/test_speed.py --override-ini addopts= -s``. Alternatives are measured in
turns, and medians are printed, so that a busy machine affects the times more than the ratios.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from time import process_time

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.timing import SIZE, embryo_volume, medians, report
from napari_devolearn.inference.backends.backend import available_backends, compile_network, computes_bfloat16
from napari_devolearn.inference.inputs.grid import resample_image, target_shape
from napari_devolearn.inference.inputs.normalise import scale_as_trained
from napari_devolearn.inference.inputs.opening import as_movie
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.pipeline import label_frame
from napari_devolearn.models.networks.build import build_network
from napari_devolearn.models.ranges import read_ranges
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.models.weights import load_network


@pytest.fixture(scope="module")
def volume() -> np.ndarray:
    return embryo_volume()


def test_a_slice_compared_with_devolearn(volume: np.ndarray) -> None:
    """DevoLearn: FPN-ResNet18, plain eager float32, one image at a time, at the size of the output."""
    spec = ModelSpec(name="d", task="nucleus", pixel_size=0.09, sha256="0" * 64)
    devolearn = build_network(spec).eval()
    image = torch.from_numpy(np.pad(volume[17], ((0, 0), (0, 28))).astype(np.float32))[None, None] / 255

    def eager() -> None:
        with torch.inference_mode():
            devolearn(image).sigmoid()

    ways: dict[str, Callable[[], object]] = {"DevoLearn's way at 512 x 736": eager}
    for backend in available_backends():
        model = load_model("nucleus", "cpu", backend=backend)
        ways[f"predict_planes, {backend}"] = lambda model=model: model.predict_planes([volume[17]], SIZE[1:])
    report(medians(ways), "DevoLearn's way at 512 x 736")


def test_the_network_compared_with_the_limit_of_the_processor() -> None:
    """A large convolution, measured in turns with the network, gives the limit of the processor."""
    files = find_model("nucleus")
    network = load_network(files)
    image = torch.rand(1, files.spec.in_channels, 256, 384)
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        network(image)
    dtype = torch.bfloat16 if computes_bfloat16() else torch.float32
    layer = torch.nn.Conv2d(256, 256, 3, padding=1).eval().to(dtype=dtype, memory_format=torch.channels_last)
    features = torch.rand(1, 256, 96, 96).to(dtype).contiguous(memory_format=torch.channels_last)
    with FlopCounterMode(display=False) as large, torch.inference_mode():
        layer(features)

    def limit() -> None:
        with torch.inference_mode():
            layer(features)

    def eager() -> None:
        with torch.inference_mode():
            network(image)

    ways: dict[str, Callable[[], object]] = {"plain eager float32": eager, "the large convolution": limit}
    for backend in available_backends():
        run = compile_network(copy.deepcopy(network), "cpu", backend, read_ranges(files))
        ways[f"network, {backend}"] = lambda run=run: run(image)
    times = medians(ways)
    report(times, "plain eager float32")
    rate = large.get_total_flops() / times["the large convolution"]
    least = counter.get_total_flops() / rate
    print(  # noqa: T201
        f"  {counter.get_total_flops() / 1e9:.1f} GFLOP; the convolution reaches {rate / 1e9:.0f} GFLOP/s in "
        f"{str(dtype).removeprefix('torch.')}; at that rate {1000 * least:.1f} ms"
    )
    for name in times:
        if name.startswith("network"):
            print(f"  {name:40} {times[name] / least:5.2f} x the limit")  # noqa: T201


def test_time_of_each_part_of_a_frame(volume: np.ndarray) -> None:
    model: Model = load_model("nucleus", "cpu")
    movie = as_movie(volume, SIZE, 0.18)
    outputs = (model.predict(volume, voxel_size=SIZE),)
    ways = {
        "network, 35 slices": lambda: model.predict(volume, voxel_size=SIZE),
        "mask to instances": lambda: label_frame(0, outputs, SegmentParams(), movie, model),
    }
    report(medians(ways, 3), "network, 35 slices")


def test_time_of_a_slice_without_the_network(volume: np.ndarray) -> None:
    """Processor time, which is least affected by other processes."""
    spec, plane = find_model("nucleus").spec, volume[17]
    working = resample_image(plane, target_shape((512, 708), SIZE[1:], spec.pixel_size))
    said = np.random.default_rng(0).random((1, *working.shape), np.float32)
    ways: dict[str, Callable[[], object]] = {
        "to the model's pixel size": lambda: resample_image(plane, (working.shape[0], working.shape[1])),
        "normalisation": lambda: scale_as_trained(working, plane.dtype, spec, 50.0),
        "back to the slice's pixels": lambda: resample_image(said, (512, 708)),
    }
    for name, way in ways.items():
        taken = []
        for _ in range(15):
            start = process_time()
            way()
            taken.append(1000 * (process_time() - start))
        print(f"  {name:30} {np.median(taken):5.1f} ms of processor time")  # noqa: T201


def test_cellpose_on_the_same_slice(volume: np.ndarray) -> None:
    """Cellpose 3: a residual U-Net, without weights; resizes and tiles the image itself, makes no masks."""
    models = pytest.importorskip("cellpose.models", reason="pip install 'cellpose<4'")
    cellpose = models.CellposeModel(gpu=False, pretrained_model=None)
    ours = {backend: load_model("nucleus", "cpu", backend=backend) for backend in available_backends()}
    ways: dict[str, Callable[[], object]] = {
        "Cellpose, nuclei of 55 pixels": lambda: cellpose.eval(
            volume[17], diameter=55, channels=[0, 0], compute_masks=False
        )
    }
    for backend, model in ours.items():
        ways[f"predict_planes, {backend}"] = lambda model=model: model.predict_planes([volume[17]], SIZE[1:])
    report(medians(ways), "Cellpose, nuclei of 55 pixels")
