"""Slices of one volume for the data set: selected, resampled, 8 or 16 bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import DatasetError, TooManyLabelsError
from napari_devolearn.inference.inputs.grid import resample_image, resample_labels, target_shape
from napari_devolearn.training.data.pairs import UNKNOWN, Pair, slice_name
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.source import Planes, Volume
from napari_devolearn.training.prepare.split import TimeSplit
from napari_devolearn.training.prepare.within import Portion, divide, objects_in

HELD_OUT_PART = "-held-out"
"""End of the name of the held-out part of a divided slice."""

_HIGHEST_ID = 65535
_BRIGHTEST = 99.99
"""Percentile that becomes white if intensities are scaled, so that hot pixels do not use the range."""


WrittenSlice = tuple[Pair, Planes, Planes]
"""A row of the index with its image and mask, (Y, X), uint8 or uint16."""


def volume_slices(volume: Volume, split: TimeSplit, params: PrepareParams) -> list[WrittenSlice]:
    """Read a volume and divide it into slices.

    Raises DatasetError if intensities are not finite, or IDs are not integers from 0.
    Raises TooManyLabelsError if an ID does not fit into 16 bits.
    """
    where = f"{volume.name}, time point {volume.t}"
    image = fit_bits(volume.read_image(), params.bits, where)
    mask = fit_ids(volume.read_mask(), where)
    if params.semantic:
        mask = np.where(objects_in(mask), np.uint16(255), mask)
    kept = kept_slices(mask, params.keep_empty, only_labelled=params.only_labelled)
    portions = (
        divide(mask, kept, volume.slices)
        if split == "within"
        else [Portion(index, split, mask[index]) for index in kept]
    )
    return [_written(volume, one, image[one.slice_index], params.pixel_size) for one in portions]


def fit_bits(image: Planes, bits: int | None, where: str) -> Planes:
    """Store intensities (Z, Y, X) in 8 or 16 bits: unchanged if they fit, else scaled for the whole volume.

    `bits`: by default 8 if the image has 8, else 16.
    `where`: for messages.
    Raises DatasetError if a value is NaN or infinite.
    """
    bits = bits or (8 if image.dtype.itemsize == 1 else 16)
    dtype, most = (np.uint8, 255) if bits == 8 else (np.uint16, 65535)
    if not np.isfinite(image).all():
        raise DatasetError(f"{where}: NaN or infinite intensities; replace them first (numpy.nan_to_num)")
    if image.dtype.kind in "bui" and int(image.min()) >= 0 and int(image.max()) <= most:
        return image.astype(dtype)
    low, high = float(image.min()), float(np.percentile(image, _BRIGHTEST))
    scaled = (image.astype(np.float64) - low) * (most / (high - low) if high > low else 0)
    return np.asarray(np.rint(scaled.clip(0, most)).astype(dtype))


def fit_ids(mask: Planes, where: str) -> npt.NDArray[np.uint16]:
    """Store IDs, (Z, Y, X) integers from 0 of any type, in 16 bits, unchanged.

    `where`: for messages.
    Raises DatasetError if there are other numbers.
    Raises TooManyLabelsError if an ID is above 65535.
    """
    ids = mask.astype(np.int64)
    if mask.dtype.kind == "f" and not np.array_equal(ids, mask):
        raise DatasetError(f"{where}: the mask contains fractions, but IDs are integers; give labels")
    if ids.min() < 0:
        raise DatasetError(f"{where}: the mask contains {ids.min()}, but IDs start at 0; renumber it")
    if ids.max() > _HIGHEST_ID:
        raise TooManyLabelsError(
            f"{where}: the mask contains ID {ids.max()}, but the maximum in a PNG is {_HIGHEST_ID}; renumber "
            "it (skimage.segmentation.relabel_sequential)"
        )
    return ids.astype(np.uint16)


def kept_slices(
    mask: npt.NDArray[np.integer], keep_empty: int | None, *, only_labelled: bool = False
) -> list[int]:
    """Indices of the slices to keep, of those with known pixels; the mask is (Z, Y, X).

    `keep_empty`: number of empty slices to keep at each end of the labelled ones, and of a volume without
    labels.
    `only_labelled`: leave out all slices without labels.
    """
    known = np.flatnonzero((mask != UNKNOWN).any(axis=(1, 2))).tolist()
    labelled = np.flatnonzero(objects_in(mask).any(axis=(1, 2))).tolist()
    if only_labelled:
        return labelled
    if keep_empty is None:
        return known
    if not labelled:
        return known[:keep_empty]
    first, last = labelled[0] - keep_empty, labelled[-1] + keep_empty
    return [index for index in known if first <= index <= last]


def _written(volume: Volume, portion: Portion, image: Planes, pixel_size: float | None) -> WrittenSlice:
    depth, *size = volume.voxel_size
    z, mask = volume.slices[portion.slice_index], portion.mask
    # two parts of a slice need two names, so two volumes
    name = volume.name + HELD_OUT_PART * (portion.divided and portion.split == "held_out")
    height, width = image.shape
    if pixel_size is not None:
        shape = target_shape((height, width), (size[0], size[1]), pixel_size)
        image = np.rint(resample_image(image, shape)).astype(image.dtype)
        mask = resample_labels(mask, shape)  # by nearest neighbour, so no new IDs
    ids = np.unique(mask)
    pair = Pair(
        file=slice_name(name, volume.t, z),
        t=volume.t,
        z=z,
        height=image.shape[0],
        width=image.shape[1],
        voxel_z=depth,
        voxel_y=size[0] * height / image.shape[0],
        voxel_x=size[1] * width / image.shape[1],
        n_instances=int(objects_in(ids).sum()),
        foreground=int(objects_in(mask).sum()),
        split=portion.split,
    )
    return pair, image, mask.astype(np.uint8) if ids[-1] <= 255 else mask
