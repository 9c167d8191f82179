from __future__ import annotations

from pathlib import Path

import npe2
import numpy as np
import pytest
import tifffile
from napari.components import ViewerModel
from napari.layers import Image

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.widgets.common.layers import shape_of
from napari_devolearn.widgets.segment.segmentable import segmentable

VOLUME = np.zeros((6, 8, 10), np.uint8)


@pytest.mark.parametrize("shape", [(8, 10), (6, 8, 10), (2, 6, 8, 10)])
def test_slices_volumes_and_movies_are_accepted(shape: tuple[int, ...]) -> None:
    image = Image(np.zeros(shape, np.uint8))
    assert segmentable(ViewerModel(), image) is image


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (Image(np.zeros((8, 10, 3), np.uint8), rgb=True, name="one"), "one: is RGB"),
        (Image(np.zeros((1, 1, 1, 8, 10), np.uint8), name="one"), "one: has 5 axes"),
        (
            Image(np.zeros((2, 6, 8, 10), np.uint8), axis_labels=("C", "z", "y", "x"), name="one"),
            "one: has 2 channels; .*Split Stack",
        ),
    ],
)
def test_other_images_are_refused(image: Image, said: str) -> None:
    with pytest.raises(ImageFormatError, match=said):
        segmentable(ViewerModel(), image)


def test_channels_are_found_in_the_file_if_the_layer_has_no_axis_names(tmp_path: Path) -> None:
    npe2.PluginManager.instance().discover()
    path = tmp_path / "two.ome.tif"
    tifffile.imwrite(path, np.zeros((6, 2, 8, 10), np.uint8), metadata={"axes": "ZCYX"})
    viewer = ViewerModel()
    (both,) = viewer.open(path, plugin="napari")
    with pytest.raises(ImageFormatError, match=r"two.*: has 2 channels"):
        segmentable(viewer, both)
    (one, _) = viewer.open(path, plugin="napari-devolearn")
    assert segmentable(viewer, one) == one


def test_labels_or_no_layer_are_refused() -> None:
    viewer = ViewerModel()
    with pytest.raises(ImageFormatError, match="No image to segment; open one"):
        segmentable(viewer, None)
    viewer.add_labels(VOLUME, name="cells")
    with pytest.raises(ImageFormatError, match=r"cells: is a Labels layer.*Convert to Image"):
        segmentable(viewer, None)


def test_an_rgb_image_is_accepted_if_the_model_accepts_it() -> None:
    picture = Image(np.zeros((6, 8, 3), np.uint8), rgb=True)
    assert segmentable(ViewerModel(), picture, rgb=True) is picture
    assert shape_of(picture) == (1, 1, 6, 8)
    with pytest.raises(ImageFormatError, match="is RGB"):
        segmentable(ViewerModel(), picture)
    movie = Image(np.zeros((2, 6, 8, 3), np.uint8), rgb=True)
    with pytest.raises(ImageFormatError, match="is RGB"):
        segmentable(ViewerModel(), movie, rgb=True)
