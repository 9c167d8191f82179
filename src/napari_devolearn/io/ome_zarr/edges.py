"""Find pixels in the last chunks of a Zarr array that are outside its shape.

Chunks at an edge are stored whole. Pixels beyond the edge have the fill value, unless the shape in the
metadata is damaged and the image would be cropped.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from napari_devolearn.exceptions import warn_caller
from napari_devolearn.io.ome_zarr.chunks import ChunkFiles

_METADATA = ("zarr.json", ".zarray")


def warn_of_hidden_pixels(path: Path, array: Any, chunks: ChunkFiles) -> None:
    """Warn if the last chunk has pixels outside the shape of the array."""
    whole = tuple(count * step for count, step in zip(chunks.grid, chunks.step, strict=True))
    last = chunks.key(tuple(count - 1 for count in chunks.grid))
    metadata = next((chunks.folder / name for name in _METADATA if (chunks.folder / name).is_file()), None)
    if whole == chunks.shape or metadata is None or not (chunks.folder / last).is_file():
        return
    with TemporaryDirectory(prefix="napari-devolearn-") as place:
        copy = Path(place)
        described = json.loads(metadata.read_text(encoding="utf-8")) | {"shape": list(whole)}
        (copy / metadata.name).write_text(json.dumps(described), encoding="utf-8")
        (copy / last).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(chunks.folder / last, copy / last)
        chunk = _last_chunk(copy, chunks)
    inside = tuple(
        slice(0, length - (count - 1) * step)
        for length, count, step in zip(chunks.shape, chunks.grid, chunks.step, strict=True)
    )
    beyond = np.ones(chunk.shape, bool)
    beyond[inside] = False
    if (chunk[beyond] != (array.fill_value or 0)).any():
        warn_caller(
            f"{path}: its chunks have pixels outside its shape {' x '.join(map(str, chunks.shape))}, which "
            "may be damaged: compare it with the original, or copy it again"
        )


def _last_chunk(folder: Path, chunks: ChunkFiles) -> np.ndarray[Any, Any]:
    import zarr

    array = zarr.open_array(str(folder), mode="r")
    last = tuple(
        slice((count - 1) * step, None) for count, step in zip(chunks.grid, chunks.step, strict=True)
    )
    return np.asarray(array[last])
