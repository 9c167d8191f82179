from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.drawn.lineage import FRAMES, VOXEL_SIZE, drawn_labels, drawn_tracks
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.plugin.layers import image_layer, labels_layer, layer_attributes, tracks_layer
from napari_devolearn.postprocess.centroids import track_points


def stack(frames: tuple[int, ...] = FRAMES, **known: object) -> Stack:
    data = drawn_labels()[[FRAMES.index(frame) for frame in frames]]
    return Stack(data=data, name="a", source=Path("a"), frames=frames, **known)


def test_a_calibrated_layer_is_in_um_and_minutes_from_its_first_frame() -> None:
    layer = layer_attributes(stack(voxel_size=VOXEL_SIZE, calibration="OME metadata", frame_interval=1.5))
    assert layer["scale"] == (1.5, *VOXEL_SIZE)
    assert layer["translate"] == (7 * 1.5, 0, 0, 0)
    assert layer["units"] == ("min", "um", "um", "um")
    said = {"frames": FRAMES, "missing": (), "calibration": "OME metadata"}
    said |= {"frame_interval": 1.5, "source": "a"}
    assert layer["metadata"] == {"devolearn": said}


def test_without_calibration_sizes_are_in_pixels_with_a_warning() -> None:
    layer = layer_attributes(stack())
    assert (layer["scale"], layer["units"]) == ((1, 1, 1, 1), ("pixel",) * 4)
    assert layer["metadata"]["devolearn"]["calibration"] == "unknown: sizes are in pixels"


def test_events_are_at_the_end_of_their_track() -> None:
    masks = stack()
    data, attributes, _ = tracks_layer(drawn_tracks(), track_points(masks), masks)
    events = {
        (int(label), int(t)): event
        for (label, t, *_), event in zip(data, attributes["features"]["event"], strict=True)
    }
    assert {where: event for where, event in events.items() if event} == {(1, 8): "division", (3, 9): "gap"}
    assert attributes["graph"] == {2: [1], 3: [1], 4: [3]}


def test_tracks_skip_frames_without_a_file() -> None:
    masks = stack((7, 9, 11))
    data, _, _ = tracks_layer(drawn_tracks(), track_points(masks), masks)
    assert data[:, :2].tolist() == [[1, 7], [2, 8], [2, 9], [3, 8], [4, 9]]


def test_a_track_without_points_is_not_in_the_graph() -> None:
    masks = stack((9, 10, 11))
    _, attributes, _ = tracks_layer(drawn_tracks(), track_points(masks), masks)
    assert attributes["graph"] == {4: [3]}


@pytest.mark.parametrize("slices", [2, 1])
@pytest.mark.parametrize("known", [{"voxel_size": VOXEL_SIZE}, {}], ids=["um", "pixels"])
def test_napari_accepts_the_layers_and_aligns_them(slices: int, known: dict) -> None:
    from napari.components import ViewerModel
    from napari.layers import Layer

    masks = Stack(data=drawn_labels()[:, :slices], name="a", source=Path("a"), frames=FRAMES, **known)
    tracks: Tracks = drawn_tracks()
    viewer = ViewerModel()
    for data in (image_layer(masks), labels_layer(masks), tracks_layer(tracks, track_points(masks), masks)):
        layer = viewer.add_layer(Layer.create(*data))
        assert [str(unit) for unit in layer.units] == ["pixel", *["micrometer" if known else "pixel"] * 3]
        assert layer.axis_labels == tuple("tzyx")
    image, labels, points = viewer.layers
    np.testing.assert_array_equal(image.extent.world, labels.extent.world)
    assert points.extent.world[:, 0].tolist() == [7, 11]
    assert (points.extent.world[1] <= image.extent.world[1]).all()
