"""Choose the output by the name of the target: OME-TIFF, OME-Zarr or a CTC folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.io.core.tif_names import is_tif_name
from napari_devolearn.io.ctc.ctc_output import CtcOutput
from napari_devolearn.io.ome_zarr.output import ZarrOutput, is_zarr_target
from napari_devolearn.io.tiff.tiff_output import TiffOutput
from napari_devolearn.io.writing.output import FrameOutput, Layout


def frame_output(
    target: Path,
    folder: Path,
    layout: Layout,
    *,
    name: str = "labels",
    dtype: npt.DTypeLike = np.uint32,
    overwrite: bool = False,
) -> FrameOutput:
    """Choose the output by the target's name.

    Parameters
    ----------
    target : Path
        ``x.ome.tif``, ``x.ome.zarr`` (or an OME-Zarr image, to add labels to it), or a folder.
    folder : Path
        For the frames until all are complete.
    layout : Layout
    name : str
        Name of the labels in an OME-Zarr.
    dtype : dtype
        Unsigned integer.
    overwrite : bool
        Replace an existing target.
    """
    chosen: dict[str, Any] = {"folder": folder, "layout": layout, "overwrite": overwrite}
    if is_tif_name(target.name):
        title = "probability" if np.dtype(dtype) == np.uint8 else "labels"  # the latter opens as labels
        return TiffOutput(target=target, name=title, dtype=dtype, **chosen)
    if is_zarr_target(target):
        return ZarrOutput(target=target, name=name, dtype=dtype, **chosen)
    return CtcOutput(target=target, dtype=np.uint16, **chosen)
