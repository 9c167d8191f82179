"""One file of images and one of masks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.io.core.calibration import find_calibration
from napari_devolearn.io.core.image_file import ImageFile, pick_channel
from napari_devolearn.io.ctc.checks import check_integer, choose_channel
from napari_devolearn.io.ctc.names import layer_name
from napari_devolearn.io.image import open_image
from napari_devolearn.io.pictures.mat import open_mat
from napari_devolearn.io.pictures.picture import is_jpeg
from napari_devolearn.training.data.pairs import join_some
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.source import Source, Volume, known_voxel_size, plain_name


def stack_source(path: Path, params: PrepareParams) -> Source:
    """Open a stack and its masks.

    `path`: a .tif, .png or .mat; ``FILE.mat:NAME`` for one of several arrays.
    `params`: its ``truth`` is the file of the masks, of the same shape.
    Raises DatasetError if there are no masks, or they differ in shape.
    Raises ImageFormatError if a file cannot be read.
    """
    image = open_lossless(path, params)
    if params.truth_path is None:
        raise DatasetError(f"{path}: masks are missing; give them with --masks FILE")
    mask = open_lossless(Path(params.truth_path))
    check_mask(image, mask)
    size = known_voxel_size(
        path, find_calibration(image.path, image.calibration, params.voxel_size).voxel_size
    )
    name = plain_name(layer_name(image.path))

    def volume(index: int, t: int) -> Volume:
        return Volume(
            name=name,
            t=t,
            slices=tuple(range(image.shape[1])),
            voxel_size=size,
            read_image=lambda: image.read(index, 0),
            read_mask=lambda: mask.read(index, 0),
        )

    return Source(name=name, volumes=tuple(volume(*numbers) for numbers in enumerate(image.frame_numbers)))


def open_lossless(path: Path, params: PrepareParams | None = None) -> ImageFile:
    """Open an image or mask of one channel.

    `path`: a .tif, .png or .mat; ``FILE.mat:NAME`` for one of several arrays.
    `params`: give the axes and the channel of an image.
    Raises DatasetError if it is a JPEG.
    Raises ImageFormatError if it cannot be read or has several channels.
    """
    name, colon, variable = path.name.partition(".mat:")
    if colon:
        return open_mat(path.with_name(f"{name}.mat"), variable)
    if path.suffix.lower() == ".mat":
        return open_mat(path)
    refuse_jpeg([path])
    file = open_image(path, axes=params.axes if params else None)
    return pick_channel(file, choose_channel(file, params.channel if params else None))


def refuse_jpeg(paths: Sequence[Path]) -> None:
    """Raise DatasetError for JPEG files."""
    if found := [path for path in paths if is_jpeg(path)]:
        names = join_some([str(found[0]), *(path.name for path in found[1:])])
        raise DatasetError(
            f"{names}: JPEG compression changes pixels and IDs of masks; export the originals as PNG or tif"
        )


def check_mask(image: ImageFile, mask: ImageFile) -> None:
    """Refuse a mask that does not fit the image."""
    if mask.path.suffix.lower() != ".mat":  # in which integers are usually stored as doubles
        check_integer([mask])
    if mask.shape != image.shape:
        sizes = [" x ".join(map(str, file.shape)) for file in (image, mask)]
        raise DatasetError(
            f"{image.path}: {sizes[0]} voxels (T x Z x Y x X), but its mask {mask.path.name} {sizes[1]}; "
            "give its own masks"
        )
