"""Sample data for File > Open Sample > DevoLearn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.plugin.layers import LayerData, image_layer, labels_layer, tracks_layer

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from napari_devolearn.io.core.stack import Stack
    from napari_devolearn.simulate.embryo import SimulatedEmbryo


def embryo() -> list[LayerData]:
    """A synthetic embryo of 12 volumes, always the same: image, true labels (hidden) and true tracks."""
    from napari_devolearn.postprocess.centroids import track_points
    from napari_devolearn.simulate.embryo import simulate_embryo

    made = simulate_embryo()
    image = _stack(made.image, "embryo", made)
    truth = _stack(made.labels, "true nuclei", made)
    labels, attributes, kind = labels_layer(truth)
    return [
        image_layer(image),
        (labels, attributes | {"visible": False}, kind),
        tracks_layer(made.tracks, track_points(truth), truth),
    ]


def membranes() -> list[LayerData]:
    """A synthetic embryo of 4 volumes with membranes, always the same: image and true cells (hidden)."""
    from napari_devolearn.simulate.membranes.embryo import simulate_membranes

    made = simulate_membranes()
    labels, attributes, kind = labels_layer(_stack(made.labels, "true cells", made))
    return [
        image_layer(_stack(made.image, "embryo", made)),
        (labels, attributes | {"visible": False}, kind),
    ]


def _stack(data: npt.NDArray[np.generic], name: str, made: SimulatedEmbryo) -> Stack:
    from napari_devolearn.io.core.stack import Stack

    return Stack(
        data=data,
        name=name,
        source=Path("simulated"),
        voxel_size=made.voxel_size,
        calibration="simulated",
        frame_interval=made.frame_interval,
        frames=tuple(range(len(data))),
    )
