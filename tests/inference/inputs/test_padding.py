from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from scipy import ndimage

from napari_devolearn._types import Labels
from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.inference.inputs.opening import as_movie
from napari_devolearn.inference.inputs.padding import find_content
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.populations import populations
from napari_devolearn.inference.segment import segment
from napari_devolearn.simulate.nucleus import Nucleus
from napari_devolearn.simulate.render import render_frame

Volume = npt.NDArray[np.uint8]
Change = Callable[[Volume], npt.NDArray[np.generic]]

SIZE = (1.0, 0.3, 0.3)
PLACES = [(3.0, 9.0, 9.0), (3.0, 9.0, 30.0), (3.0, 22.0, 18.0), (3.0, 24.0, 33.0)]


@pytest.fixture(scope="module")
def volume() -> Volume:
    """Four nuclei of 6 um in (6, 110, 140) voxels."""
    nuclei = [Nucleus(label, place, 3.0, 3.0) for label, place in enumerate(PLACES, start=1)]
    rng = np.random.default_rng(0)
    drawn, _ = render_frame(nuclei, shape=(6, 110, 140), voxel_size=SIZE, rng=rng, eggshell=(6.0, 30.0, 38.0))
    return drawn


@pytest.fixture(scope="module")
def labels_of_volume(nucleus: Model, volume: Volume) -> Labels:
    return segment(volume, nucleus, voxel_size=SIZE)


@pytest.fixture(scope="module")
def embryo() -> Model:
    return load_model("embryo", "cpu", backend="torch")


def padded(*sides: tuple[int, int], value: float) -> Change:
    return lambda planes: np.pad(planes, ((0, 0), *sides), constant_values=value)


def rotated(value: float, order: int = 1) -> Change:
    return lambda planes: ndimage.rotate(planes, 20, axes=(1, 2), order=order, cval=value)


def striped(planes: Volume) -> Volume:
    """Dark rows and columns within the volume, as after an interrupted scan."""
    changed = planes.copy()
    changed[:, 52:56], changed[:, :, 2:5] = 0, 0
    return changed


BORDERS = ("top", "bottom", "left", "right", "all around", "white")
MEDIAN, WHITE = 23, 255
PADDED = {
    "top": padded((40, 0), (0, 0), value=0),
    "bottom": padded((0, 40), (0, 0), value=0),
    "left": padded((0, 0), (40, 0), value=0),
    "right": padded((0, 0), (0, 40), value=0),
    "all around": padded((60, 50), (70, 70), value=0),
    "white": padded((30, 0), (0, 30), value=WHITE),
    "saturated corners": rotated(WHITE),
    "rotation": rotated(0),
    "rotation, nearest": rotated(0, order=0),
    "rotation, cubic": lambda planes: rotated(0, order=3)(planes.astype(np.float32)),
    "strips": striped,
}


@pytest.mark.parametrize("kind", PADDED)
def test_padding_is_found_in_each_slice(volume: Volume, kind: str) -> None:
    for plane in PADDED[kind](volume):
        content = find_content(plane)
        assert content is not None
        assert content.share > 0.03
        assert content.valid is not None
        if kind in BORDERS:
            assert plane[content.box].shape == volume.shape[1:]


def test_padding_of_the_median_is_found_by_the_noise_beside_it() -> None:
    plane = np.random.default_rng(0).normal(23, 1.5, (110, 140)).round()
    content = find_content(np.pad(plane, ((60, 50), (70, 70)), constant_values=23))
    assert content is not None
    assert content.box == (slice(60, 170), slice(70, 210))


@pytest.mark.parametrize(
    "kind", ["top", "right", "all around", "white", "saturated corners", "rotation", "strips"]
)
def test_padding_does_not_create_nuclei(nucleus: Model, volume: Volume, kind: str) -> None:
    changed = PADDED[kind](volume)
    with pytest.warns(UserWarning, match="treated as padding"):
        labels = segment(changed, nucleus, voxel_size=SIZE)
    assert labels.max() == len(PLACES)


def test_padding_similar_to_the_background_does_not_create_nuclei(nucleus: Model, volume: Volume) -> None:
    changed = padded((60, 50), (70, 70), value=MEDIAN)(volume)
    assert segment(changed, nucleus, voxel_size=SIZE).max() == len(PLACES)


@pytest.mark.parametrize(
    "change",
    [
        lambda planes: np.pad(planes, ((4, 3), (0, 0), (0, 0))),
        lambda planes: np.pad(planes, ((0, 3), (0, 0), (0, 0)), constant_values=WHITE),
        lambda planes: planes.astype(np.uint16) + 1000,
        lambda planes: planes.astype(np.uint32) + 2**31,
        lambda planes: planes.astype(np.uint64) + np.uint64(2**64 - 300),
        lambda planes: planes.astype(np.int64) - 2**62,
        lambda planes: planes * 1e-300,
        lambda planes: planes * 1e300,
        lambda planes: planes.astype(np.float32) / 100 + 1e4,
        lambda planes: planes[:, :, :70],
        lambda planes: planes[:, 50:],
    ],
    ids=[
        "dark ends",
        "white end",
        "offset",
        "uint32",
        "uint64",
        "int64",
        "small",
        "large",
        "far",
        "left",
        "low",
    ],
)
def test_planes_offsets_types_and_crops_keep_the_nuclei(
    nucleus: Model, volume: Volume, labels_of_volume: Labels, change: Change
) -> None:
    expected = labels_of_volume
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        labels = segment(change(volume), nucleus, voxel_size=SIZE)
    cut = change(expected.astype(np.uint8))
    if labels.shape == expected.shape:
        cut = expected
    assert labels.max() == len(np.setdiff1d(cut, [0, WHITE]))
    agree = (labels > 0) & (cut > 0) & (cut != WHITE)
    assert agree.sum() > 0.9 * ((labels > 0) | ((cut > 0) & (cut != WHITE))).sum()


def test_noisy_background_around_an_embryo_does_not_make_it_brighter(nucleus: Model, volume: Volume) -> None:
    rng = np.random.default_rng(0)
    thin = volume[2:5]  # the middles of all nuclei
    wide = rng.choice(volume[:, :12, :12].ravel(), (3, 440, 560)).astype(np.uint8)
    wide[:, 160:270, 200:340] = thin
    alone, around = (segment(one, nucleus, voxel_size=SIZE) for one in (thin, wide))
    assert around.max() == alone.max() == len(PLACES)
    assert (around > 0).sum() == pytest.approx((alone > 0).sum(), rel=0.1)


def test_constant_background_along_an_embryo_is_not_padding() -> None:
    y, x = np.mgrid[:200, :300]
    rng = np.random.default_rng(0)
    for turn in range(0, 90, 15):
        a, b = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        u, v = a * (y - 100) + b * (x - 150), a * (x - 150) - b * (y - 100)
        plane = np.where((u / 60) ** 2 + (v / 90) ** 2 < 1, rng.integers(10, 200, y.shape), 0)
        content = find_content(plane)
        assert content is not None
        assert content.share == 0


def test_noise_over_a_constant_background_is_not_padding(volume: Volume) -> None:
    assert [content.share for plane in volume if (content := find_content(plane)) is not None] == [0] * 6


@pytest.mark.parametrize("shape", [(1, 1), (1, 200), (3, 3), (200, 1)])
def test_small_slices_are_all_content(shape: tuple[int, int]) -> None:
    plane = np.zeros(shape)
    assert find_content(plane) is None
    plane[-1, -1] = 1
    content = find_content(plane)
    assert content is None or content.share == 0


@pytest.mark.parametrize("name", ["nucleus", "membrane", "neuron", "embryo"])
@pytest.mark.parametrize("value", [100, 4095, 0.1])
def test_a_constant_volume_has_no_content(shared_networks: None, name: str, value: float) -> None:
    model = load_model(name, "cpu", backend="torch")
    image = np.full((2, 70, 90), value, np.float32 if value < 1 else np.uint16)
    with pytest.warns(UserWarning, match="every pixel is"):
        labels = segment(image, model, voxel_size=(1.0, 0.33, 0.37))
    assert labels.max() == 0
    assert model.forward_passes == 0


@pytest.mark.parametrize("kind", ["all around", "white", "rotation"])
def test_padding_does_not_move_the_embryo(embryo: Model, volume: Volume, kind: str) -> None:
    alone = segment(volume, embryo, voxel_size=SIZE)
    with pytest.warns(UserWarning, match="treated as padding"):
        labels = segment(PADDED[kind](volume), embryo, voxel_size=SIZE)
    assert labels.max() == alone.max() == 1
    # the egg nearly fills the image, so that corners beside it are a guess
    assert (labels > 0).sum() == pytest.approx((alone > 0).sum(), rel=0.3 if kind == "rotation" else 0.05)


@pytest.mark.parametrize("kind", ["all around", "white", "rotation"])
def test_padding_does_not_change_the_counts(volume: Volume, kind: str) -> None:
    model = load_model("lineage", "cpu")
    assert isinstance(model, LineageModel)
    image = volume.max(axis=0, keepdims=True)
    alone = populations(image[0], model)
    with pytest.warns(UserWarning, match="treated as padding"):
        changed = populations(PADDED[kind](image)[0], model)
    assert alone["total"].item() > 0
    assert abs(changed["total"].item() - alone["total"].item()) <= 1


def test_a_constant_image_has_no_cells() -> None:
    model = load_model("lineage", "cpu")
    for value in (100, 0.1):
        assert populations(np.full((90, 120), value, np.float32), model)["total"].item() == 0


def test_padding_planes_do_not_affect_membranes(volume: Volume) -> None:
    movie = as_movie(np.pad(volume // 2 + 10, ((3, 0), (0, 0), (0, 0))), SIZE, 1.0)
    slab = movie.slab(0, 3, 3, 1.0)
    np.testing.assert_array_equal(slab[:4], np.stack([volume[0] // 2 + 10] * 4))
    np.testing.assert_array_equal(slab[4], volume[1] // 2 + 10)


def test_padding_is_reported_once_per_movie(nucleus: Model, volume: Volume) -> None:
    movie = np.pad(np.stack([volume[:2]] * 3), ((0, 0), (0, 0), (20, 20), (0, 0)))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        segment(movie, nucleus, voxel_size=SIZE)
    assert len([one for one in told if "treated as padding" in str(one.message)]) == 1
