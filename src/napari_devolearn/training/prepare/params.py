"""Parameters of a preparation."""

from __future__ import annotations

from dataclasses import dataclass

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import refuse
from napari_devolearn.io.core.calibration import check_voxel_size


@dataclass(frozen=True, kw_only=True)
class PrepareParams:
    """Which masks are used, what is held out, and how slices are written.

    `truth`: "gt" or "st" for the gold or silver truth of shapes next to a sequence, or the path of masks; by
    default silver if it exists, else gold; for a folder of images its ``masks`` or ``labels``.
    `windows`: time points that are held out, from the first up to, not including, the second. By default 60
    to 80 % of each input's time points.
    `hold_out`: names of inputs, such as ``Fluo-N3DH-CE_02``, that are held out completely.
    `voxel_size`: (Z, Y, X) in um, by default from the files.
    `axes, channel`: of images, as for `read_image`; masks have no channels.
    `pixel_size`: slices are resampled to square pixels of this size, in um; by default unchanged.
    `keep_empty`: number of slices without a mask that are kept at each end of the z axis; by default all.
    `only_labelled`: leave out all slices without a mask: they are treated as not annotated, not as empty.
    `bits`: 8 or 16, of the images; by default 8 if they have 8, else 16.
    `semantic`: write 255 for the foreground instead of IDs of instances.
    Raises ParameterError if a value is invalid; the message lists every problem.
    """

    truth: str | None = None
    windows: tuple[tuple[int, int], ...] = ()
    hold_out: tuple[str, ...] = ()
    voxel_size: VoxelSize | None = None
    axes: str | None = None
    channel: int | str | None = None
    pixel_size: float | None = None
    keep_empty: int | None = None
    only_labelled: bool = False
    bits: int | None = None
    semantic: bool = False

    def __post_init__(self) -> None:
        windows = [(a >= b, f"window {a}:{b} is empty") for a, b in self.windows]
        checks = (
            (
                self.pixel_size is not None and not 0 < self.pixel_size < float("inf"),
                f"pixel_size {self.pixel_size} is not above 0 um",
            ),
            (self.keep_empty is not None and self.keep_empty < 0, f"keep_empty {self.keep_empty} is below 0"),
            (self.bits not in (None, 8, 16), f"bits {self.bits} is neither 8 nor 16"),
        )
        refuse("PrepareParams", [*windows, *checks])
        if self.voxel_size is not None:
            check_voxel_size(self.voxel_size)

    @property
    def truth_path(self) -> str | None:
        """The path of the masks, if one is given."""
        return None if self.truth in ("gt", "st") else self.truth
