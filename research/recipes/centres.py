"""Train the network that separates nuclei in volumes: ``python -m research.recipes.centres -o DIR``.

Simulates volumes from real positions, predicts them with the nucleus model, and trains on crops. The scored
embryos (``research.scores.crowded``) are not used.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.optim import AdamW
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from napari_devolearn.inference.inputs.movie import Movie
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.planes import predict_movie
from napari_devolearn.models.networks.centres import CentreNetwork
from napari_devolearn.training.fit.outputs import autocast
from research.drawing.crowded_volumes import draw_crowded
from research.drawing.positions import Embryo, read_embryos
from research.recipes.centre_crops import GridVolume, draw_crop, on_grid
from research.train import DEFAULT_DATA

BATCH = 4
LEARNING_RATE = 2.5e-3
DECAY = 0.995  # of the averaged weights
INSIDE_WEIGHT = (1.0, 2.5)
"""Weights of a peak and of the inside of a nucleus in the loss.

With 1 for the inside, masks are smaller than the drawn nuclei where the border is uncertain, and much smaller
than those of real recordings, which include the blur in z.
"""

SEED = 77
_CROWDED, _ANY, _YOUNG = (170, 400), (25, 400), (2, 60)  # numbers of nuclei


def training_embryos(embryos: list[Embryo]) -> list[Embryo]:
    """Embryos that no score uses: four of five, without those of ``research.scores.crowded``."""
    step = len(embryos) // 3
    scored = {first + k * step for first in (0, 37) for k in range(3)}
    return [one for index, one in enumerate(embryos) if index % 5 and index not in scored]


def draw_volumes(embryos: list[Embryo], count: int) -> Iterator[GridVolume]:
    """Simulated volumes, half of them crowded, with the shipped model's probability."""
    model = load_model("nucleus")
    for index in range(count):
        rng = np.random.default_rng((SEED, index))
        embryo = embryos[int(rng.integers(len(embryos)))]
        low, high = _CROWDED if index % 2 else _YOUNG if index % 6 == 0 else _ANY
        target = float(np.exp(rng.uniform(np.log(low), np.log(high))))
        volume = draw_crowded(min(embryo.frames, key=lambda one: abs(len(one) - target)), rng)
        movie = Movie(volume.image[None], volume.voxel_size, volume.image.shape)
        yield on_grid(volume, predict_movie(movie, model))


def train(
    volumes: list[GridVolume], steps: int, initial: Mapping[str, Tensor] | None = None
) -> CentreNetwork:
    """Train on random crops, with a cosine schedule and averaged weights.

    `initial`: weights to start from, with a lower learning rate; they may lack the second output.
    """
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    network = CentreNetwork(norm=initial is None)
    network.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
    rate = LEARNING_RATE
    if initial is not None:
        rate /= 3
        network.load_state_dict(_with_both_outputs(initial, network))
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(DECAY), use_buffers=True)
    optimiser = AdamW(network.parameters(), lr=rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps, pct_start=0.04)
    for step in range(1, steps + 1):
        crops = torch.from_numpy(np.stack([draw_crop(volumes, rng) for _ in range(BATCH)]))
        loss = _loss(network, crops)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0, error_if_nonfinite=True)
        optimiser.step()
        schedule.step()
        average.update_parameters(network)
        if step % 50 == 0:
            print(f"step {step}: loss {loss.item():.4f}", flush=True)
    return folded(average.module) if initial is None else average.module.eval()


def folded(network: CentreNetwork) -> CentreNetwork:
    """The same network without batch norms, in evaluation mode."""
    result = CentreNetwork()
    plain = [module for module in result.modules() if isinstance(module, nn.Conv3d)]
    trained = network.eval().modules()
    convolutions = [module for module in trained if isinstance(module, nn.Conv3d)]
    norms: list[nn.BatchNorm3d | None] = [m for m in network.modules() if isinstance(m, nn.BatchNorm3d)]
    for own, convolution, norm in zip(plain, convolutions, [*norms, None], strict=True):
        fused = convolution if norm is None else fuse_conv_bn_eval(convolution, norm)
        own.load_state_dict(fused.state_dict())
    return result.eval()


def _with_both_outputs(initial: Mapping[str, Tensor], network: CentreNetwork) -> dict[str, Tensor]:
    """Weights whose head, if it has fewer outputs than the network's, is continued by the network's."""
    weights = {name: tensor.float() for name, tensor in initial.items()}
    for name in ("head.weight", "head.bias"):
        weights[name] = torch.cat([weights[name], network.state_dict()[name][len(weights[name]) :]])
    return weights


def _loss(network: CentreNetwork, crops: Tensor) -> Tensor:
    """Cross entropy of both outputs, mostly in and near the foreground, where they are used."""
    images, targets = crops[:, :2], crops[:, 2:]
    with autocast("cpu"):
        logits = network(images.contiguous(memory_format=torch.channels_last_3d))
    weight = 0.05 + targets[:, :1] + (images[:, 1:] > 0.2)
    each = functional.binary_cross_entropy_with_logits(
        logits.float(), targets, reduction="none", pos_weight=torch.tensor(INSIDE_WEIGHT).reshape(2, 1, 1, 1)
    )
    return (weight * each).sum() / weight.sum()


def main() -> None:
    """Draw, train, and write the weights; print their SHA-256."""
    from safetensors.torch import load_file, save

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-o", "--out", type=Path, required=True, help="new folder")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of all data sets")
    parser.add_argument("--volumes", type=int, default=600)
    parser.add_argument("--steps", type=int, default=3600)
    parser.add_argument("--initial", type=Path, metavar="FILE", help="weights to start from (.safetensors)")
    given = parser.parse_args()
    given.out.mkdir(parents=True)
    embryos = training_embryos(read_embryos(given.data / "epic_positions" / "positions.parquet"))
    initial = load_file(given.initial) if given.initial else None
    network = train(list(draw_volumes(embryos, given.volumes)), given.steps, initial)
    content = save({name: tensor.half().contiguous() for name, tensor in network.state_dict().items()})
    (given.out / "nucleus.centres.safetensors").write_bytes(content)
    print(f"SHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
