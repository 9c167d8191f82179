"""A folder of images and a folder of masks, paired by their names."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import DatasetError, DevolearnError
from napari_devolearn.io.core.calibration import find_calibration
from napari_devolearn.io.core.image_file import ImageFile
from napari_devolearn.io.core.tif_names import TIF_SUFFIXES
from napari_devolearn.io.ctc.checks import check_alike
from napari_devolearn.io.ctc.names import layer_name, natural_key
from napari_devolearn.io.pictures.picture import PICTURE_SUFFIXES
from napari_devolearn.training.data.pairs import join_some, parse_slice_name
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.source import Source, Volume, known_voxel_size, plain_name
from napari_devolearn.training.prepare.stacks import check_mask, open_lossless, refuse_jpeg

_SUFFIXES = (*TIF_SUFFIXES, *PICTURE_SUFFIXES, ".mat")
_MASK_FOLDERS = ("masks", "labels")


def folder_source(path: Path, params: PrepareParams) -> Source:
    """Pair the files of two folders.

    `path`: a folder of images, or with ``images/`` and ``masks/`` or ``labels/``. Files are .png, .tif or
    .mat. Files named ``NAME_tTTT_zZZZ`` are slices of these time points; all others are separate time points,
    in the order of their names.
    `params`: its ``truth`` can be the folder of the masks.
    Raises DatasetError if images or masks have no partner, or differ in size; the message lists them.
    """
    images = path / "images" if (path / "images").is_dir() else path
    beside = (path / name for name in _MASK_FOLDERS if (path / name).is_dir())
    masks = Path(params.truth_path) if params.truth_path else next(beside, None)
    if masks is None:
        raise DatasetError(f"{path}: no folder {' or '.join(_MASK_FOLDERS)}; give one with --masks FOLDER")
    pairs = _open_all(_matched(images, masks), params)
    sizes = [find_calibration(one.path, one.calibration, params.voxel_size).voxel_size for one, _ in pairs]
    default = known_voxel_size(path, sizes[0])
    name = plain_name(path.absolute().name)
    numbers = [parse_slice_name(layer_name(image.path)) for image, _ in pairs]
    groups: dict[tuple[int, str], list[_Slice]] = {}
    for index, ((image, mask), size, number) in enumerate(zip(pairs, sizes, numbers, strict=True)):
        prefix, t, z = number if number and all(numbers) else (layer_name(image.path), index, 0)
        full_name = plain_name("_".join(part for part in (name, prefix) if part))
        groups.setdefault((t, full_name), []).append(_Slice(z, image, mask, size or default))
    return Source(name=name, volumes=tuple(_volume(*key, groups[key]) for key in sorted(groups)))


class _Slice(NamedTuple):
    z: int
    image: ImageFile
    mask: ImageFile
    voxel_size: VoxelSize


def _volume(t: int, name: str, slices: list[_Slice]) -> Volume:
    slices = sorted(slices, key=lambda one: one.z)
    check_alike([one.image for one in slices])
    return Volume(
        name=name,
        t=t,
        # a file that contains a volume adds all of its slices
        slices=tuple(one.z + z for one in slices for z in range(one.image.shape[1])),
        voxel_size=slices[0].voxel_size,
        read_image=lambda: np.concatenate([one.image.read(0, 0) for one in slices]),
        read_mask=lambda: np.concatenate([one.mask.read(0, 0) for one in slices]),
    )


def _matched(images: Path, masks: Path) -> list[tuple[Path, Path]]:
    found, truth = _by_stem(images), _by_stem(masks)
    problems = [
        f"{folder}: no file for {join_some(sorted(missing))}"
        for folder, missing in ((masks, found.keys() - truth.keys()), (images, truth.keys() - found.keys()))
        if missing
    ]
    if problems:
        raise DatasetError(
            f"{'; '.join(problems)}; add a mask of the same name for each image, or move the image elsewhere"
        )
    return [(found[stem], truth[stem]) for stem in found]


def _by_stem(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise DatasetError(f"{folder}: no such folder; check the path")
    files = sorted((file for file in folder.iterdir() if file.suffix.lower() in _SUFFIXES), key=natural_key)
    if not files:
        raise DatasetError(f"{folder}: no {', '.join(_SUFFIXES)} files; choose another folder")
    stems = [layer_name(file) for file in files]
    if twice := [stem for stem, count in Counter(stems).items() if count > 1]:
        raise DatasetError(f"{folder}: {join_some(twice)} exists in two formats; keep one of each")
    return dict(zip(stems, files, strict=True))


def _open_all(paths: list[tuple[Path, Path]], params: PrepareParams) -> list[tuple[ImageFile, ImageFile]]:
    refuse_jpeg([path for pair in paths for path in pair])
    opened, problems = [], []
    for image_path, mask_path in paths:
        try:
            image, mask = open_lossless(image_path, params), open_lossless(mask_path)
            check_mask(image, mask)
            if image.shape[0] > 1:
                raise DatasetError(f"{image_path}: a movie; prepare it separately, with --masks FILE")
            opened.append((image, mask))
        except DevolearnError as error:
            problems.append(str(error))
    if problems:
        raise DatasetError(join_some(problems, "; "))
    return opened
