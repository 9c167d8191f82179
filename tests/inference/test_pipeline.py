from __future__ import annotations

import copy
from contextlib import ExitStack
from dataclasses import replace

import dask.array as da
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from helpers.bright_model import BrightModel, bright_movie
from helpers.drawn.balls import balls
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.inference.cache import ProbabilityCache
from napari_devolearn.inference.inputs.opening import as_movie
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.planes import iter_planes, predict_planes
from napari_devolearn.inference.segment import iter_segment, segment
from napari_devolearn.inference.streams import PlanePredictor
from napari_devolearn.inference.threads import labelling_threads
from napari_devolearn.simulate.embryo import SimulatedEmbryo


def test_simulated_nuclei_are_found(nucleus: Model, tiny_embryo: SimulatedEmbryo) -> None:
    labels = segment(tiny_embryo.image, nucleus, voxel_size=tiny_embryo.voxel_size)
    truth = tiny_embryo.labels
    assert (labels.shape, labels.dtype) == (truth.shape, np.uint32)
    iou = ((labels > 0) & (truth > 0)).sum() / ((labels > 0) | (truth > 0)).sum()
    assert iou > 0.5


def test_the_foreground_of_small_nuclei_is_that_of_the_volume_for_the_shipped_model_only(
    nucleus: Model,
) -> None:
    size = (1.0, 0.2, 0.2)
    drawn = balls([(6, y, x) for y in (4, 8.5, 13) for x in (4, 8.5, 13)], 1.5, (12, 85, 85), size)
    image = 30 + 150 * gaussian_filter(drawn.astype(np.float32), (1.2, 1, 1))
    image += np.random.default_rng(0).normal(0, 2, image.shape)
    other = copy.copy(nucleus)
    other.spec = replace(nucleus.spec, name="mine")
    shipped, own = (segment(image, one, voxel_size=size, output="mask") for one in (nucleus, other))
    np.testing.assert_array_equal(own, nucleus.predict(image, voxel_size=size) >= 128)
    assert drawn.sum() < shipped.sum() < 0.9 * own.sum()


@pytest.mark.parametrize("index", [np.s_[:], np.s_[0], np.s_[0, 2]])
def test_labels_have_the_shape_of_the_input(
    nucleus: Model, tiny_embryo: SimulatedEmbryo, index: object
) -> None:
    image = tiny_embryo.image[index]  # type: ignore[index]
    assert segment(image, nucleus, voxel_size=tiny_embryo.voxel_size).shape == image.shape


def test_a_dask_array_gives_the_same_result_as_an_array(nucleus: Model, tiny_embryo: SimulatedEmbryo) -> None:
    image, size = tiny_embryo.image[:2], tiny_embryo.voxel_size
    lazy = da.from_array(image, chunks=(1, *image.shape[1:]))
    np.testing.assert_array_equal(
        segment(lazy, nucleus, voxel_size=size), segment(image, nucleus, voxel_size=size)
    )


def test_the_current_slice_has_the_same_probability_as_in_a_run(
    nucleus: Model, tiny_embryo: SimulatedEmbryo
) -> None:
    movie = as_movie(tiny_embryo.image, tiny_embryo.voxel_size, 0.18)
    in_view = ProbabilityCache(movie.shape, len(nucleus.spec.outputs))
    predict_planes(movie, nucleus, in_view, [(1, 3), (0, 3)])
    whole = nucleus.predict(movie)
    np.testing.assert_array_equal(in_view.data[:2, 3], whole[:2, 3])


def test_slices_above_the_embryo_are_not_brightened(nucleus: Model, tiny_embryo: SimulatedEmbryo) -> None:
    volume = tiny_embryo.image[0].astype(float)
    volume[0] = np.median(volume) + (volume[3] - np.median(volume)) / 20  # their blur, and nothing else
    model = copy.copy(nucleus)
    model.spec = replace(nucleus.spec, normalisation="volume")
    found = model.predict(volume, voxel_size=tiny_embryo.voxel_size) > 127
    assert found[3].sum() > 20 * found[0].sum()
    assert (model.predict(volume[0], voxel_size=tiny_embryo.voxel_size[1:]) > 127).sum() > found[0].sum()


def test_the_network_is_at_most_a_few_frames_ahead(nucleus: Model, tiny_embryo: SimulatedEmbryo) -> None:
    image = np.tile(tiny_embryo.image[:, 2:4], (4, 1, 1, 1))
    ahead = labelling_threads(image[0].size) + 1
    before = nucleus.forward_passes
    steps = iter_segment(image, nucleus, voxel_size=tiny_embryo.voxel_size)
    assert next(steps)[0] == 0
    assert nucleus.forward_passes - before <= ahead * image.shape[1]
    assert [t for t, _ in steps] == list(range(1, len(image)))


def test_only_requested_frames_are_segmented(nucleus: Model, tiny_embryo: SimulatedEmbryo) -> None:
    seen: list[tuple[int, int]] = []
    steps = iter_segment(
        tiny_embryo.image,
        nucleus,
        voxel_size=tiny_embryo.voxel_size,
        frames=[1],
        on_plane=lambda t, z: seen.append((t, z)),
    )
    assert [t for t, _ in steps] == [1]
    assert seen == [(1, z) for z in range(tiny_embryo.image.shape[1])]


def test_a_filled_cache_needs_no_forward_pass(nucleus: Model, tiny_embryo: SimulatedEmbryo) -> None:
    image, size = tiny_embryo.image, tiny_embryo.voxel_size
    cache = ProbabilityCache(image.shape)
    low = dict(iter_segment(image, nucleus, SegmentParams(threshold=0.1), voxel_size=size, cache=cache))
    before = nucleus.forward_passes
    high = dict(iter_segment(image, nucleus, SegmentParams(threshold=0.95), voxel_size=size, cache=cache))
    assert nucleus.forward_passes == before
    assert (low[0] > 0).sum() > (high[0] > 0).sum() > 0


def test_prediction_can_stop_after_any_plane(nucleus: Model, tiny_embryo: SimulatedEmbryo) -> None:
    movie = as_movie(tiny_embryo.image, tiny_embryo.voxel_size, 0.18)
    cache = ProbabilityCache(movie.shape)
    with ExitStack() as resources:
        predictor = PlanePredictor(nucleus, movie.voxel_size[1:], resources)
        steps = iter_planes(movie, predictor, cache, [(0, 2), (1, 1), (0, 0)])
        assert [next(steps), next(steps)] == [(0, 2), (1, 1)]
        steps.close()
    assert np.argwhere(cache.done).tolist() == [[0, 2], [1, 1]]


def test_mask_output_is_one_label(nucleus: Model, tiny_embryo: SimulatedEmbryo) -> None:
    params = SegmentParams(output="mask")
    labels = segment(tiny_embryo.image[0], nucleus, params, voxel_size=tiny_embryo.voxel_size)
    assert set(np.unique(labels)) == {0, 1}


def test_nan_in_a_frame_is_an_error_that_names_it(nucleus: Model, tiny_embryo: SimulatedEmbryo) -> None:
    image = tiny_embryo.image.astype(np.float32)
    image[1, 2, 3, 4] = np.nan
    steps = iter_segment(image, nucleus, voxel_size=tiny_embryo.voxel_size)
    assert next(steps)[0] == 0
    with pytest.raises(ImageFormatError, match="frame 1, slice 2: 1 of"):
        next(steps)


def test_an_output_that_the_model_cannot_give_is_refused_before_reading(nucleus: Model) -> None:
    with pytest.raises(ValueError, match="a nucleus model gives"):
        next(iter_segment("missing.tif", nucleus, SegmentParams(output="membrane")))


@pytest.mark.parametrize("run", [segment, lambda *given, **size: next(iter_segment(*given, **size))])
def test_a_mistyped_voxel_size_is_refused(run) -> None:
    model = BrightModel()
    with pytest.raises(ImageFormatError, match=r"^image: pixels of 90 x 90 um .* give the voxel size"):
        run(bright_movie(2), model, voxel_size=(90, 90))
    assert model.forward_passes == 0
