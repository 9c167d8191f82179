"""Measure the nucleus model on a GPU: slices a second against the GPU's limit, a whole movie, and its parts.

``python -m research.gpu --out DIR`` takes a few minutes. DIR gets ``gpu.json`` and ``gpu.md``, the tables for
``docs/background/benchmarks.md``. Everything runs on a CPU too: ``--device cpu --frames 2``.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from napari_devolearn.evaluation.score_files import write_json
from napari_devolearn.inference.backends.backend import compile_network
from napari_devolearn.inference.backends.device import resolve_device
from napari_devolearn.inference.inputs.grid import target_shape
from napari_devolearn.inference.inputs.opening import as_movie
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.pipeline import label_frame
from napari_devolearn.inference.segment import segment
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.weights import load_network
from napari_devolearn.simulate.embryo import simulate_embryo
from napari_devolearn.simulate.params import SimulateParams

SHAPE, SIZE = (35, 512, 708), (1.0, 0.09, 0.09)
"""A volume of Fluo-N3DH-CE, and its voxels in um, Z Y X."""

BATCHES = (1, 16, 64)


def main(words: list[str] | None = None) -> None:
    """Parse the command line, measure, and write the files.

    Parameters
    ----------
    words : list of str, optional
        By default those of the command line.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the results")
    parser.add_argument("--device", default="auto", help="auto, cuda:N, mps or cpu")
    parser.add_argument("--frames", type=int, default=195, help="of the movie (195, as sequence 01)")
    parser.add_argument("--nuclei", type=int, default=30, help="in each frame (30)")
    parser.add_argument("--shape", type=int, nargs=3, default=SHAPE, metavar=("Z", "Y", "X"))
    given = parser.parse_args(words)
    device, (z, y, x) = resolve_device(given.device), given.shape
    params = SimulateParams(shape=(z, y, x), voxel_size=SIZE, frames=1, nuclei=given.nuclei)
    volume, model = simulate_embryo(params).image[0], load_model("nucleus", device)
    figures = {
        "device": torch.cuda.get_device_name(device) if device.startswith("cuda") else platform.machine(),
        "backend": model.compute_backend,
        "shape": [z, y, x],
        **_network_speed((y, x), device),
        **_frame_times(volume, model),
        "frames": given.frames,
        "seconds: whole movie": _movie_time(volume, model, given.frames),
        "dice against float32 on the CPU": _agreement(volume[z // 2], model),
    }
    given.out.mkdir(parents=True, exist_ok=True)
    write_json(given.out / "gpu.json", figures, overwrite=True)
    (given.out / "gpu.md").write_text(_as_tables(figures), encoding="utf-8")
    print(_as_tables(figures))


def _network_speed(plane: tuple[int, int], device: str) -> dict[str, Any]:
    """Slices a second through the network alone, and through as many operations at the limit.

    The limit is the faster of a convolution of 256 channels and a matrix product, in the network's type.
    """
    files, on_gpu = find_model("nucleus"), device != "cpu"
    height, width = target_shape(plane, SIZE[1:], files.spec.pixel_size)
    shape = (files.spec.in_channels, height + -height % 32, width + -width % 32)
    network = load_network(files)
    needed = _operations(lambda: network(torch.rand(1, *shape)))
    run = compile_network(network, device)
    fast = device.startswith("cuda") and torch.cuda.is_bf16_supported()
    to: dict[str, Any] = {"device": device, "dtype": torch.bfloat16 if fast else torch.float32}
    layer = torch.nn.Conv2d(256, 256, 3, padding=1, **to).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    features = torch.rand(64 if on_gpu else 1, 256, 96, 96, **to).contiguous(
        memory_format=torch.channels_last
    )
    matrix = torch.rand([8192 if on_gpu else 1024] * 2, **to)
    limits: list[Callable[[], object]] = [lambda: layer(features), lambda: matrix @ matrix]
    rate = max(_operations(way) / _seconds(way, device) for way in limits)
    speeds = {}
    for size in BATCHES if on_gpu else BATCHES[:1]:
        images = torch.rand(size, *shape).to(device)
        speeds[str(size)] = size / _seconds(lambda images=images: run(images), device)  # type: ignore[misc]
    return {
        "operations of a slice": needed,
        "operations a second at the limit": rate,
        "slices a second at the limit": rate / needed,
        "slices a second, network alone, by batch": speeds,
    }


def _frame_times(volume: np.ndarray, model: Model) -> dict[str, float]:
    """Seconds of the steps of one frame, each alone."""
    outputs = (model.predict(volume, voxel_size=SIZE),)
    movie = as_movie(volume, SIZE, model.spec.pixel_size)
    predict = _seconds(lambda: model.predict(volume, voxel_size=SIZE), model.device)
    label = _seconds(lambda: label_frame(0, outputs, SegmentParams(), movie, model), model.device)
    return {"seconds: slices to probability": predict, "seconds: probability to instances": label}


def _movie_time(volume: np.ndarray, model: Model, frames: int) -> float:
    """Seconds for a movie, all of whose frames are the volume, to instances in an OME-Zarr file."""
    movie = np.broadcast_to(volume, (frames, *volume.shape))
    with TemporaryDirectory() as folder:
        start = perf_counter()
        segment(movie, model, out=Path(folder) / "labels.ome.zarr", voxel_size=SIZE)
        return perf_counter() - start


def _agreement(plane: np.ndarray, model: Model) -> float:
    """Dice of the mask of one slice with that of float32 on the CPU."""
    exact = load_model("nucleus", "cpu", backend="torch")
    ours, theirs = (one.predict(plane, voxel_size=SIZE[1:]) > 127 for one in (model, exact))
    return float(2 * (ours & theirs).sum() / max(ours.sum() + theirs.sum(), 1))


def _as_tables(figures: dict[str, Any]) -> str:
    """The rows for the page of benchmarks, in Markdown."""
    limit, (z, *plane) = figures["slices a second at the limit"], figures["shape"]
    alone, frames = figures["slices a second, network alone, by batch"], figures["frames"]
    speeds = {f"network, batches of {size}": speed for size, speed in alone.items()}
    speeds["from pixels to probability"] = z / figures["seconds: slices to probability"]
    steps = ("slices to probability", "probability to instances")
    lines = [f"{figures['device']}, {figures['backend']}; slices of {' x '.join(map(str, plane))} pixels."]
    lines += ["", "| | slices a second | share of the limit |", "| --- | --- | --- |"]
    lines += [f"| {name} | {n:.0f} | {n / limit:.2f} |" for name, n in ({"limit": limit} | speeds).items()]
    lines += ["", f"| {frames} frames of {z} slices | seconds |", "| --- | --- |"]
    lines += [f"| from memory to instances in OME-Zarr | {figures['seconds: whole movie']:.1f} |"]
    lines += [f"| {name}, alone | {frames * figures[f'seconds: {name}']:.1f} |" for name in steps]
    return "\n".join(lines) + "\n"


def _operations(way: Callable[[], object]) -> int:
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        way()
    return int(counter.get_total_flops())


def _seconds(way: Callable[[], object], device: str, rounds: int = 5) -> float:
    """Median time of a call, after one that is not counted."""
    times = []
    for _ in range(rounds + 1):
        start = perf_counter()
        with torch.inference_mode():
            way()
        if device.startswith("cuda"):
            torch.cuda.synchronize(device)
        times.append(perf_counter() - start)
    return float(np.median(times[1:]))


if __name__ == "__main__":
    main()
