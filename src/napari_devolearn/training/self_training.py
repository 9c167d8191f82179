"""Real stacks with the cells that a model saw in them: what a second model can learn from.

The first model learnt from simulation alone. In a volume it sees where membranes lie flat or are
dim from the slices beside; a slice alone, and the look of real embryos, is what there is to learn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels, VoxelSize
from napari_devolearn.inference.grid import resample_image, target_shape
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.pipeline import segment
from napari_devolearn.simulate.membrane import membrane_depth
from napari_devolearn.training.volumes import DEPTH_UNIT, GAP, LabelledVolume, plane_at

_SMALLEST = 4.0  # um: what is smaller is no cell of an embryo of 100 cells
_WIDEST = 0.75  # um from a cell within which a gap between cells is membrane
_UNSURE = 8  # planes at each end of the embryo in which real stacks are too dim to be labelled well


def label_stacks(paths: Iterable[Path], voxel_size: VoxelSize, model: Model) -> Iterator[LabelledVolume]:
    """Give stacks the cells that a model sees in them.

    Parameters
    ----------
    paths : iterable of Path
        One volume a file, uint8.
    voxel_size : tuple of float
        (Z, Y, X) of the files, in um.
    model : Model
        Its pixel size becomes the edge of the voxels.

    Yields
    ------
    LabelledVolume
        Without the planes at both ends of the embryo.
    """
    from skimage.io import imread

    step = model.spec.pixel_size
    for path in paths:
        image = cubic(imread(path), voxel_size, step)
        cells = segment(image, model, SegmentParams(min_diameter=_SMALLEST), voxel_size=(step,) * 3)
        depth = membrane_depth(touching(cells, step), (step,) * 3) / DEPTH_UNIT
        yield LabelledVolume(
            image=image,
            depth=np.minimum(np.rint(depth), 255).astype(np.uint8),
            step=step,
            beyond=-_UNSURE,
        )


def cubic(volume: npt.NDArray[np.uint8], voxel_size: VoxelSize, step: float) -> npt.NDArray[np.uint8]:
    """Resample a volume to cubic voxels, linearly.

    Parameters
    ----------
    volume : ndarray, (Z, Y, X), uint8
    voxel_size : tuple of float
        (Z, Y, X) in um.
    step : float
        Edge of the wanted voxels, in um.

    Returns
    -------
    ndarray, (Z, Y, X), uint8
    """
    deep = int((len(volume) - 1) * voxel_size[0] / step) + 1
    shape = target_shape((volume.shape[1], volume.shape[2]), voxel_size[1:], step)
    planes = (resample_image(plane_at(volume, z * step / voxel_size[0]), shape) for z in range(deep))
    return np.stack([np.rint(plane).clip(0, 255).astype(np.uint8) for plane in planes])


def touching(cells: Labels, step: float) -> Labels:
    """Grow cells to the middle of the membranes around them.

    Parameters
    ----------
    cells : ndarray, (Z, Y, X), uint32
        Interiors, with gaps where membranes are.
    step : float
        Edge of a voxel, in um.

    Returns
    -------
    ndarray, same shape, uint32
        Neighbours touch; at the embryo's surface they have grown by `GAP` only.
    """
    from scipy import ndimage
    from skimage.segmentation import expand_labels

    wide = _WIDEST / step
    near = ndimage.distance_transform_edt(cells == 0) <= wide
    solid = ndimage.distance_transform_edt(near) > wide - GAP / step
    grown: Labels = expand_labels(cells, wide).astype(np.uint32)
    grown[~solid] = 0
    return grown
