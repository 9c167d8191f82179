from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Labels

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.widgets.common.layers import Listener, frame_numbers, pixels_under, shape_of, volume_of


def test_the_finest_level_is_used() -> None:
    image = ViewerModel().add_image([np.zeros((4, 16, 16)), np.zeros((4, 8, 8))], multiscale=True)
    assert shape_of(image) == (1, 4, 16, 16)


def test_three_axes_are_a_movie_if_the_first_is_named_time() -> None:
    pixels = np.arange(60).reshape(3, 4, 5)
    movie, volume = Labels(pixels, axis_labels=("time", "y", "x")), Labels(pixels)
    assert (shape_of(movie), frame_numbers(movie)) == ((3, 1, 4, 5), (0, 1, 2))
    np.testing.assert_array_equal(volume_of(movie, pixels, 1), pixels[1:2])
    assert (shape_of(volume), frame_numbers(volume)) == ((1, 3, 4, 5), (0,))
    np.testing.assert_array_equal(volume_of(volume, pixels, 0), pixels)


def test_the_part_of_an_image_under_labels() -> None:
    pixels = np.arange(3 * 8 * 9).reshape(3, 8, 9)
    image = Image(pixels, scale=(1, 0.5, 0.5), translate=(0, 10, 20), units="um")
    inside = {"scale": (1, 0.5, 0.5), "translate": (1, 11, 20.5), "units": "um"}
    labels = Labels(np.zeros((2, 4, 3), int), **inside)
    np.testing.assert_array_equal(pixels_under(labels, image), pixels[1:, 2:6, 1:4])
    far = Labels(np.zeros((2, 4, 3), int), **inside | {"units": "nm", "scale": (1000, 500, 500)})
    far.translate = np.array(inside["translate"]) * 1000
    np.testing.assert_array_equal(pixels_under(far, image), pixels[1:, 2:6, 1:4])
    assert pixels_under(Labels(np.zeros(pixels.shape, int)), image) is pixels
    others = (
        {"translate": (2, 11, 20.5)},
        {"translate": (1, 11.2, 20.5)},
        {"scale": (1, 0.25, 0.25)},
        {"units": "pixel"},
    )
    for other in others:
        with pytest.raises(ImageFormatError, match="is not a region of it; choose the segmented image"):
            pixels_under(Labels(np.zeros((2, 4, 3), int), **inside | other), image)


def test_only_one_layer_is_connected_at_a_time() -> None:
    one, two, heard = Labels(np.zeros((2, 2), int)), Labels(np.zeros((2, 2), int)), []
    listener = Listener(lambda event: heard.append(event.source), "selected_label", "scale")
    for layer in (one, two, None):
        listener.listen_to(layer)
        one.selected_label += 1
        two.scale = two.scale + 1
    assert heard == [one, two]
