"""From a model's outputs for one frame to labels: instances, foreground or membranes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import scipy

from napari_devolearn._types import Labels, Probability, VoxelSize
from napari_devolearn.postprocess.cells import split_cells
from napari_devolearn.postprocess.components import ball_voxels
from napari_devolearn.postprocess.embryo import SMALLEST, label_embryos
from napari_devolearn.postprocess.membrane import membranes_around
from napari_devolearn.postprocess.neurons import label_neurons
from napari_devolearn.postprocess.nuclei import split_nuclei
from napari_devolearn.postprocess.nuclei_3d import split_volume
from napari_devolearn.postprocess.threshold import threshold_mask


def label_instances(
    task: str,
    outputs: Mapping[str, Probability],
    threshold: float,
    voxel_size: VoxelSize,
    min_diameter: float,
) -> Labels:
    """One label per nucleus, cell, neuron or embryo; touching ones are split.

    `task`: task of the model.
    `outputs`: the model's outputs by name, (Y, X) or (Z, Y, X), uint8; the threshold applies to the first.
    Nuclei of a volume need ``centres``, too. A volume of one slice is treated as 2D.
    `voxel_size`: (Z, Y, X) in um.
    `min_diameter`: um.
    """
    flat = {name: _flat(output) for name, output in outputs.items()}
    probability = next(iter(flat.values()))
    if task == "membrane":
        labels = split_cells(probability, threshold, voxel_size, min_diameter, flat.get("distance"))
    elif task == "neuron":
        labels = label_neurons(probability, threshold, voxel_size, min_diameter)
    elif task == "embryo":
        labels = label_embryos(probability, threshold, voxel_size, max(min_diameter, SMALLEST))
    elif probability.ndim == 3:
        mask = threshold_mask(probability, threshold)
        labels = split_volume(mask, flat["centres"], voxel_size, min_diameter)
    else:
        labels = split_nuclei(threshold_mask(probability, threshold), voxel_size, min_diameter)
    return labels.reshape(next(iter(outputs.values())).shape)


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
    parts = scipy.ndimage.label(mask)[0].ravel()[voxels]
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
