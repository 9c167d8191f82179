"""Sample data for File > Open Sample > DevoLearn."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn.plugin.layers import LayerData, image_layer, labels_layer, tracks_layer

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from napari_devolearn.io.core.stack import Stack
    from napari_devolearn.simulate.embryo import SimulatedEmbryo
    from napari_devolearn.simulate.params import SimulateParams


def embryo() -> list[LayerData]:
    """A synthetic embryo of 12 volumes, always the same: image, true labels (hidden) and true tracks.

    The frames that napari shows first are rendered at once, each other one when it is first read.
    """
    import numpy as np

    from napari_devolearn.io.core.lazy import lazy_frames
    from napari_devolearn.simulate.embryo import tracks_of
    from napari_devolearn.simulate.growth import grow
    from napari_devolearn.simulate.params import SimulateParams
    from napari_devolearn.simulate.render import render_frame

    params = SimulateParams()
    frames = [list(nuclei) for nuclei in grow(params, np.random.default_rng(params.seed))]

    @cache
    def render(t: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16]]:
        size, rng = params.voxel_size, np.random.default_rng((params.seed, t))
        return render_frame(frames[t], shape=params.shape, voxel_size=size, rng=rng, eggshell=params.egg)

    for t in (0, (params.frames - 1) // 2):
        render(t)
    shape = (params.frames, *params.shape)
    image = lazy_frames(lambda t: render(t)[0], shape, np.dtype(np.uint8))
    labels = lazy_frames(lambda t: render(t)[1], shape, np.dtype(np.uint16))
    points = [
        (nucleus.label, t, *(np.array(nucleus.center) / params.voxel_size - 0.5))
        for t, nuclei in enumerate(frames)
        for nucleus in nuclei
    ]
    truth = _stack(labels, "true nuclei", params)
    data, attributes, kind = labels_layer(truth)
    return [
        image_layer(_stack(image, "embryo", params)),
        (data, attributes | {"visible": False}, kind),
        tracks_layer(tracks_of(frames), np.array(sorted(points)), truth),
    ]


def membranes() -> list[LayerData]:
    """A synthetic embryo of 4 volumes with membranes, always the same: image and true cells (hidden)."""
    from napari_devolearn.simulate.membranes.embryo import simulate_membranes

    made = simulate_membranes()
    labels, attributes, kind = labels_layer(_stack(made.labels, "true cells", made))
    return [image_layer(_stack(made.image, "embryo", made)), (labels, attributes | {"visible": False}, kind)]


def _stack(data: Any, name: str, made: SimulatedEmbryo | SimulateParams) -> Stack:
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
