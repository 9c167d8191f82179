from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.plugin.layers import LayerData
from napari_devolearn.plugin.sample_data import embryo, membranes


@pytest.fixture(scope="module")
def layers() -> list[LayerData]:
    return embryo()


def test_image_labels_and_tracks_are_aligned(layers: list[LayerData]) -> None:
    (image, image_at, _), (labels, labels_at, _), (_, tracks_at, _) = layers
    assert [kind for *_, kind in layers] == ["image", "labels", "tracks"]
    assert image.shape == labels.shape == (12, 25, 160, 240)
    for attributes in (image_at, labels_at, tracks_at):
        assert attributes["scale"] == (1.0, 1.0, 0.25, 0.25)
        assert attributes["units"] == ("min", "um", "um", "um")
        assert attributes["axis_labels"] == ("t", "z", "y", "x")
    assert labels_at["visible"] is False


def test_frames_are_lazy_and_independent_of_the_order(layers: list[LayerData]) -> None:
    (image, *_), *_ = layers
    (again, *_), *_ = embryo()
    for t in (11, 3):
        np.testing.assert_array_equal(np.asarray(again[t]), np.asarray(image)[t])


def test_each_point_of_a_track_is_on_its_label(layers: list[LayerData]) -> None:
    _, (labels, *_), (points, attributes, _) = layers
    t, z, y, x = points[:, 1:].round().astype(int).T
    np.testing.assert_array_equal(np.asarray(labels)[t, z, y, x], points[:, 0])
    assert len(attributes["graph"]) >= 6  # several divisions in a dozen frames


def test_napari_accepts_the_layers(layers: list[LayerData]) -> None:
    from napari.layers import Layer

    made = [Layer.create(*layer) for layer in layers]
    assert [layer.name for layer in made] == ["embryo", "true nuclei", "tracks"]
    assert made[1].data.max().compute() == max(made[2].data[:, 0])


def test_membranes_come_with_their_cells() -> None:
    (image, image_at, kind), (labels, labels_at, _) = membranes()
    assert (kind, image_at["name"], labels_at["name"]) == ("image", "embryo", "true cells")
    assert image.shape == labels.shape
    assert labels_at["scale"] == image_at["scale"] == (2.0, 0.6, 0.3, 0.3)
    assert labels_at["visible"] is False
