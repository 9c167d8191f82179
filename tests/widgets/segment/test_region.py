from __future__ import annotations

from collections.abc import Callable

import numpy as np
from napari.layers import Image
from napari.viewer import Viewer

from helpers.docks.common import foreground, set_threshold
from napari_devolearn.postprocess.threshold import threshold_mask
from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.session import Session

BOX = [[8, 20], [8, 51], [35, 51], [35, 20]]


def test_only_the_rectangle_around_the_shapes_is_segmented(
    run: Callable[[str], Session], dock: SegmentDock, viewer: Viewer, image: Image
) -> None:
    placed = {"scale": image.scale[-2:], "units": image.units[-2:]}
    shapes = viewer.add_shapes([BOX, [[10, 30], [12, 32], [14, 30], [12, 28]]], name="cells", **placed)
    dock.choice.region.choose(shapes)
    session = run("current volume")
    labels = session.result.layer
    assert session.movie.shape == (3, 6, 28, 32)
    assert (labels.data.shape, labels.units) == ((3, 6, 28, 32), image.units)
    np.testing.assert_allclose(labels.data_to_world((1, 2, 3, 4)), image.data_to_world((1, 2, 11, 24)))
    assert foreground(session, (0, 3)).any()
    set_threshold(dock, 0.8)
    np.testing.assert_array_equal(foreground(session, (0, 3)), threshold_mask(session.cache.data[0, 3], 0.8))
    dock.bar.probability.value = True
    np.testing.assert_allclose(viewer.layers["embryo probability"].translate, labels.translate)

    dock.choice.region.choose(None)
    assert dock.session is None
    assert run("current volume").result.layer.data.shape == image.data.shape
    dock.choice.region.choose(shapes)
    assert dock.session is session
    shapes.data = [np.array(BOX) + 4]
    assert dock.session is None


def test_a_region_that_is_empty_or_outside_the_image_is_reported(dock: SegmentDock, viewer: Viewer) -> None:
    shapes = viewer.add_shapes(name="cells", ndim=2)
    dock.choice.region.choose(shapes)
    said = "cells: no shape lies on embryo; draw one there, or choose no region"
    assert (dock.run_block.text, dock.run_block.run.enabled) == (said, False)
    shapes.add(np.array(BOX) + 1000)
    assert (dock.run_block.text, dock.run_block.run.enabled) == (said, False)
    shapes.add(BOX)
    assert dock.run_block.run.enabled
    shapes.selected_data = {0, 1}
    shapes.remove_selected()
    assert not dock.run_block.run.enabled
    viewer.layers.remove(shapes)
    assert dock.run_block.run.enabled
