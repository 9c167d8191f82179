from __future__ import annotations

import imagecodecs
import numpy as np

from napari_devolearn.cli.common.picture import overlay, write_png


def coloured(picture: np.ndarray) -> np.ndarray:
    return (picture != picture[..., :1]).any(axis=-1)


def test_only_the_outline_is_coloured() -> None:
    """A 4x4 label in a 8x8 slice: its 12 outer pixels are its outline."""
    labels = np.zeros((1, 8, 8), np.uint32)
    labels[0, 2:6, 2:6] = 3
    edge = coloured(overlay(np.zeros((1, 8, 8)), labels))
    assert edge.sum() == 12
    assert not edge[3:5, 3:5].any()


def test_outlines_are_thin_in_an_enlarged_picture() -> None:
    labels = np.zeros((1, 8, 8), np.uint32)
    labels[0, 2:6, 2:6] = 3
    picture = overlay(np.zeros((1, 8, 8)), labels, enlarge=2)
    assert picture.shape == (16, 16, 3)
    assert coloured(picture).sum() == 4 * 8 - 4


def test_touching_labels_are_distinguished() -> None:
    labels = np.ones((1, 4, 8), np.uint32)
    labels[..., 4:] = 2
    edge = coloured(overlay(np.ones((1, 4, 8)), labels))
    assert edge[:, 3:5].all()
    assert edge.sum() == 8


def test_the_picture_is_a_png(tmp_path) -> None:
    picture = overlay(np.arange(64.0).reshape(1, 8, 8), np.zeros((1, 8, 8), int))
    write_png(tmp_path / "é.png", picture)
    assert (imagecodecs.imread(tmp_path / "é.png") == picture).all()
