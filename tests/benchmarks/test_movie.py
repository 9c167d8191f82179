"""Time from a movie with the size of Fluo-N3DH-CE to instances, compared with the limit of the processor.

Run with ``pytest tests/benchmarks/test_movie.py --override-ini addopts= -s``, without other work on the
machine. Six frames are measured and scaled to 195 and 250, because cost grows linearly with frames, as is
printed too.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.timing import SHAPE, SIZE, embryo_volume, medians
from napari_devolearn.inference.backends.backend import Compiled, compile_network, computes_bfloat16
from napari_devolearn.inference.inputs.grid import target_shape
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.segment import segment
from napari_devolearn.inference.streams import NetworkInput, PlanePredictor
from napari_devolearn.models.ranges import read_ranges
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.models.weights import load_network

FRAMES = 6
NUCLEI = 30
SLICES = 8
BACKEND: Any = os.environ.get("BENCH_BACKEND", "auto")
"""Of `load_model`; by default the fastest."""


class Bare(Model):
    """A network without pre- and postprocessing."""

    def __init__(self, run: Compiled, spec: ModelSpec) -> None:
        self.spec, self.device = spec, "cpu"
        self._run = run

    def predict_planes(self, batch: Sequence[np.ndarray], *_: object) -> list[np.ndarray]:
        return [self._run(torch.from_numpy(image)).numpy() for image in batch]


def least_seconds(height: int, width: int) -> tuple[float, float]:
    """Time of the network's arithmetic, and of the network for one of many slices, in turns on all cores."""
    files = find_model("nucleus")
    network = load_network(files)
    image = torch.rand(1, files.spec.in_channels, height + -height % 32, width + -width % 32)
    dtype = torch.bfloat16 if computes_bfloat16() else torch.float32
    layer = torch.nn.Conv2d(256, 256, 3, padding=1).eval().to(dtype=dtype, memory_format=torch.channels_last)
    features = torch.rand(1, 256, 96, 96).to(dtype).contiguous(memory_format=torch.channels_last)
    with FlopCounterMode(display=False) as needed, torch.inference_mode():
        network(image)
    with FlopCounterMode(display=False) as large, torch.inference_mode():
        layer(features)

    def limit() -> None:
        with torch.inference_mode():
            layer(features)

    run = compile_network(copy.deepcopy(network), "cpu", BACKEND, read_ranges(files))
    items, model = [(i, NetworkInput(image.numpy(), 0.0)) for i in range(SLICES)], Bare(run, files.spec)

    def slices() -> None:
        with ExitStack() as stack:
            for _ in PlanePredictor(model, (1.0, 1.0), stack).predict_each(items):
                pass

    times = medians({"limit": limit, "network": slices})
    return needed.get_total_flops() * times["limit"] / large.get_total_flops(), times["network"] / SLICES


def test_the_whole_sequence_compared_with_the_limit(tmp_path: Path) -> None:
    volume, model = embryo_volume(NUCLEI), load_model("nucleus", "cpu", backend=BACKEND)
    model.predict(volume[:1], voxel_size=SIZE)
    shape = target_shape((SHAPE[1], SHAPE[2]), (SIZE[1], SIZE[2]), model.spec.pixel_size)
    before = least_seconds(*shape)
    few, many = (written(volume, model, frames, tmp_path) for frames in (2, FRAMES))
    after = least_seconds(*shape)
    limit, alone = (len(volume) * (one + two) / 2 for one, two in zip(before, after, strict=True))
    frame = (many - few) / (FRAMES - 2)
    print(f"  2 frames {few:.1f} s, {FRAMES} frames {many:.1f} s; load {os.getloadavg()[0]:.1f}")  # noqa: T201
    print(f"  a frame {frame:.2f} s; its network alone {alone:.2f} s; the limit {limit:.2f} s")  # noqa: T201
    print(f"  {frame / limit:.2f} x the limit; the network alone {alone / limit:.2f} x")  # noqa: T201
    for frames in (195, 250):
        whole, best = frames * frame / 60, frames * limit / 60
        print(f"  {frames} frames: {whole:.1f} min, at the limit {best:.1f} min")  # noqa: T201


def written(volume: np.ndarray, model: Model, frames: int, folder: Path) -> float:
    """Seconds to segment a movie to OME-Zarr."""
    start = perf_counter()
    segment(np.stack([volume] * frames), model, out=folder / f"{frames}.ome.zarr", voxel_size=SIZE)
    return perf_counter() - start
