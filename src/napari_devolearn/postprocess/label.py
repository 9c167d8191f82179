"""From a model's outputs for one frame to labels: instances, foreground or membranes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from napari_devolearn._types import Labels, Probability, VoxelSize
from napari_devolearn.postprocess.cells import split_cells
from napari_devolearn.postprocess.components import ball_voxels, connected_parts
from napari_devolearn.postprocess.embryo import SMALLEST, label_embryos
from napari_devolearn.postprocess.membrane import membranes_around
from napari_devolearn.postprocess.neurons import label_neurons
from napari_devolearn.postprocess.nuclei import split_nuclei
from napari_devolearn.postprocess.nuclei_3d import split_volume
from napari_devolearn.postprocess.threshold import threshold_mask

Outputs = Mapping[str, Probability]


def label_instances(
    task: str, outputs: Outputs, threshold: float, voxel_size: VoxelSize, min_diameter: float
) -> Labels:
    """One label per nucleus, cell, neuron or embryo; touching ones are split.

    `task`: task of the model.
    `outputs`: the model's outputs by name, (Y, X) or (Z, Y, X), uint8; the threshold applies to the first.
    Nuclei of a volume need ``centres``, too. A volume of one slice is treated as 2D.
    `voxel_size`: (Z, Y, X) in um.
    `min_diameter`: um.
    """
    shape = next(iter(outputs.values())).shape
    flat = {name: _flat(output) for name, output in outputs.items()}
    return _SPLIT[task](flat, threshold, voxel_size, min_diameter).reshape(shape)


def _nuclei(outputs: Outputs, threshold: float, voxel_size: VoxelSize, min_diameter: float) -> Labels:
    probability = next(iter(outputs.values()))
    mask = threshold_mask(probability, threshold)
    if mask.ndim == 3:
        return split_volume(mask, outputs["centres"], voxel_size, min_diameter)
    return split_nuclei(mask, voxel_size, min_diameter)


def _cells(outputs: Outputs, threshold: float, voxel_size: VoxelSize, min_diameter: float) -> Labels:
    interior = next(iter(outputs.values()))
    return split_cells(interior, threshold, voxel_size, min_diameter, outputs.get("distance"))


def _neurons(outputs: Outputs, threshold: float, voxel_size: VoxelSize, min_diameter: float) -> Labels:
    return label_neurons(next(iter(outputs.values())), threshold, voxel_size, min_diameter)


def _embryos(outputs: Outputs, threshold: float, voxel_size: VoxelSize, min_diameter: float) -> Labels:
    probability = next(iter(outputs.values()))
    return label_embryos(probability, threshold, voxel_size, max(min_diameter, SMALLEST))


_SPLIT: dict[str, Callable[[Outputs, float, VoxelSize, float], Labels]] = {
    "nucleus": _nuclei,
    "membrane": _cells,
    "neuron": _neurons,
    "embryo": _embryos,
}


def _flat(output: Probability) -> Probability:
    return output[0] if output.ndim == 3 and output.shape[0] == 1 else output


def label_mask(
    probability: Probability, threshold: float, voxel_size: VoxelSize, min_diameter: float
) -> Labels:
    """1 in the foreground, without connected components smaller than the minimum diameter.

    `probability`: (Y, X) or (Z, Y, X), uint8.
    `voxel_size`: (Z, Y, X) in um.
    `min_diameter`: um.
    """
    flat = _flat(probability)
    mask = threshold_mask(flat, threshold)
    voxels = np.flatnonzero(mask)  # faster, because little of a volume is foreground
    parts = connected_parts(mask).ravel()[voxels]
    keep = np.bincount(parts, minlength=1) >= ball_voxels(min_diameter, np.asarray(voxel_size[-flat.ndim :]))
    labels: Labels = np.zeros(mask.size, np.uint32)
    labels[voxels[keep[parts]]] = 1
    return labels.reshape(probability.shape)


def label_membrane(
    interior: Probability, threshold: float, voxel_size: VoxelSize, min_diameter: float
) -> Labels:
    """1 on the membranes between cells and around them.

    `interior`: (Y, X) or (Z, Y, X), uint8: probability of the inside of a cell.
    `voxel_size`: (Z, Y, X) in um.
    `min_diameter`: smaller objects are not cells; um.
    """
    cells = label_mask(interior, threshold, voxel_size, min_diameter) > 0
    return membranes_around(cells, voxel_size).astype(np.uint32)
