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
    target: Path, folder: Path, layout: Layout, *, dtype: npt.DTypeLike = np.uint32, **options: Any
) -> FrameOutput:
    """Choose the output by the target's name; arguments are those of `FrameOutput`.

    A target is ``x.ome.tif``, ``x.ome.zarr`` (or an OME-Zarr image, to add labels to it), or a folder. The
    `dtype` is an unsigned integer. Only an OME-Zarr uses the ``name`` of the labels.
    """
    options |= {"target": target, "folder": folder, "layout": layout, "dtype": dtype}
    if is_tif_name(target.name):
        title = "probability" if np.dtype(dtype) == np.uint8 else "labels"  # the latter opens as labels
        return TiffOutput(**options | {"name": title})
    if is_zarr_target(target):
        return ZarrOutput(**options)
    return CtcOutput(**options | {"dtype": np.uint16})
