"""Predict a plane too large for the memory in tiles that give the same result as the whole plane."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack

import torch
from torch import Tensor, nn

from napari_devolearn.inference.inputs.tiles import Tile

_MOST_PASSES = 4  # at least the number of group norms in sequence; an FPN has three
_SETTLED = 1e-2  # of a standard deviation: below it, statistics have converged

Run = Callable[[Tensor], Tensor]


def predict_by_tiles(run: Run, network: nn.Module, planes: Tensor, tiles: Sequence[Tile]) -> Tensor:
    """Run a network on tiles, with two kinds of layers replaced.

    Group norms use mean and variance of the whole plane, summed up in passes over the kept part of each
    tile before the prediction. Each pass corrects the norms that follow those of the previous pass.
    Bilinear upsampling with aligned corners uses the pixel positions in the whole plane.

    `run`: images (N, C, Y, X) to logits (N, outputs, Y, X); calls the network in this thread.
    `planes`: (N, C, Y, X); Y and X are multiples of the network's stride, as are the edges of the tiles.
    `tiles`: their kept parts cover the plane once.
    """
    place = _Place((planes.shape[-2], planes.shape[-1]), tiles[0])
    norms = [_PlaneNorm(module, place) for module in network.modules() if isinstance(module, nn.GroupNorm)]
    with ExitStack() as stack:
        for norm in norms:
            stack.enter_context(_replaced(norm.norm, norm.output))
        for module in network.modules():
            if isinstance(module, nn.Upsample) and module.mode == "bilinear" and module.align_corners:
                stack.enter_context(_replaced(module, place.enlarge))
        for _ in range(_MOST_PASSES if norms else 0):
            for tile in tiles:
                place.tile = tile
                run(planes[..., *tile.read])
            if max([norm.settle() for norm in norms]) < _SETTLED:
                break
        place.counts = False
        whole: list[Tensor] = []
        for tile in tiles:
            place.tile = tile
            logits = run(planes[..., *tile.read])
            if not whole:
                whole.append(logits.new_empty((*logits.shape[:2], *planes.shape[-2:])))
            whole[0][..., *tile.write] = logits[..., *tile.keep]
        return whole[0]


class _Place:
    """The current tile of a plane."""

    def __init__(self, shape: tuple[int, int], tile: Tile) -> None:
        self._shape = shape
        self.tile = tile
        self.counts = True

    def kept(self, length: int, axis: int) -> slice:
        """The part of the current tile that is kept, along an axis of a feature map."""
        read, keep = self.tile.read[axis], self.tile.keep[axis]
        stride = (read.stop - read.start) // length
        return slice(keep.start // stride, keep.stop // stride)

    def enlarge(self, _: nn.Module, features: Tensor, output: Tensor) -> Tensor:
        """Upsample features of the tile with the pixel positions of the whole plane."""
        result = features.float()
        for axis, dim in ((0, -2), (1, -1)):
            length, longer = features.shape[dim], output.shape[dim]
            read, factor = self.tile.read[axis], longer // length
            stride = (read.stop - read.start) // length
            first, whole = read.start // stride, self._shape[axis] // stride
            at = torch.arange(first * factor, (first + length) * factor, device=features.device).double()
            at = (at * ((whole - 1) / max(1, whole * factor - 1)) - first).clamp(0, length - 1)
            below = at.floor().long().clamp(max=max(0, length - 2))
            share = (at - below).float()
            share = share[:, None] if dim == -2 else share
            above = (below + 1).clamp(max=length - 1)
            result = torch.lerp(result.index_select(dim, below), result.index_select(dim, above), share)
        return result.to(features.dtype)


class _PlaneNorm:
    """Group norm by the mean and variance of a whole plane."""

    def __init__(self, norm: nn.GroupNorm, place: _Place) -> None:
        self.norm = norm
        self._place = place
        self._sums: Tensor | None = None
        self._known: tuple[Tensor, Tensor] | None = None

    def output(self, _: nn.Module, features: Tensor, output: Tensor) -> Tensor:
        """Replacement of the norm's output; the first pass uses the statistics of each tile."""
        groups = features.unflatten(1, (self.norm.num_groups, -1))
        if self._place.counts:
            self._add(groups)
        if self._known is None:
            return output
        mean, variance = (one[..., None, None, None] for one in self._known)
        result = ((groups.float() - mean) * torch.rsqrt(variance + self.norm.eps)).flatten(1, 2)
        if self.norm.affine:
            weight, bias = self.norm.weight.float(), self.norm.bias.float()
            result = result * weight[:, None, None] + bias[:, None, None]
        cast: Tensor = result.to(output.dtype)
        return cast

    def _add(self, groups: Tensor) -> None:
        rows, columns = (self._place.kept(length, axis) for axis, length in enumerate(groups.shape[-2:]))
        kept = groups[..., rows, columns].float()
        dims, wide = (2, 3, 4), torch.float64
        total, squares = kept.sum(dims, dtype=wide), kept.square().sum(dims, dtype=wide)
        sums = torch.stack([torch.full_like(total, kept[0, 0].numel()), total, squares])
        self._sums = sums if self._sums is None else self._sums + sums

    def settle(self) -> float:
        """Use the new sums; returns the change of mean or variance relative to the standard deviation."""
        if self._sums is None:
            return 0.0
        count, total, squares = self._sums
        mean = total / count
        variance = (squares / count - mean.square()).clamp_min(0)
        before, self._known, self._sums = self._known, (mean.float(), variance.float()), None
        if before is None:
            return float("inf")
        wide = variance + self.norm.eps
        moved = torch.maximum((mean - before[0]).abs() / wide.sqrt(), (variance - before[1]).abs() / wide)
        return float(moved.max())


def _replaced(
    module: nn.Module, output: Callable[[nn.Module, Tensor, Tensor], Tensor]
) -> AbstractContextManager[object]:
    """Replace a layer's output in this thread; other threads can use the layer unchanged."""
    thread = threading.get_ident()

    def hook(layer: nn.Module, given: tuple[Tensor, ...], own: Tensor) -> Tensor:
        return output(layer, given[0], own) if threading.get_ident() == thread else own

    return module.register_forward_hook(hook)
