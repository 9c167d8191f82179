from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import npe2
import numpy as np
import pytest
from napari.components import ViewerModel

from helpers.drawn.lineage import FRAMES, VOXEL_SIZE, drawn_labels
from helpers.files.ctc_folders import raw_volume, write_dataset, write_frames, write_masks, write_tif
from helpers.real_data import DATA, needs_data
from napari_devolearn.exceptions import CTCFormatError, DevolearnError, ImageFormatError
from napari_devolearn.io.core.tif_names import TIF_SUFFIXES
from napari_devolearn.io.pictures.movie_file import MOVIE_SUFFIXES
from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff
from napari_devolearn.plugin.reader import get_reader, read


@pytest.fixture
def viewer() -> ViewerModel:
    npe2.PluginManager.instance().discover()
    return ViewerModel()


def kinds(path: Path | list[Path]) -> list[tuple[str, str, int]]:
    """Layer type, name and number of frames of each layer."""
    paths = [str(one) for one in path] if isinstance(path, list) else str(path)
    reader = get_reader(paths)
    assert reader is not None
    return [(kind, attributes["name"], len(data)) for data, attributes, kind in reader(paths)]


def test_the_manifest_has_these_patterns() -> None:
    (reader,) = npe2.PluginManifest.from_distribution("napari-devolearn").contributions.readers
    tables = {"man_track.txt", "res_track.txt", "train.csv", "*.rle.csv", "*.coco.json"}
    suffixes = {f"*{suffix}" for suffix in (*TIF_SUFFIXES, *MOVIE_SUFFIXES)} - {"*.gif"}  # napari opens GIFs
    assert set(reader.filename_patterns) == tables | suffixes
    assert reader.accepts_directories


@pytest.mark.parametrize(
    "path",
    [
        "", "notes.txt", "empty", "data.zarr", "gone", "gone.tif", "01.tif", "https://a.org/t000.tif",
        "\0", "x" * 5000, [], ["notes.txt", "a.tif"], ["a.tif", "gone.tif"], None, 7, [None], b"a.tif",
    ],
)  # fmt: skip
def test_other_files_are_left_to_other_readers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: object
) -> None:
    for folder in ("empty", "photos", "data.zarr/0/0", "01.tif"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("notes.txt", "a.tif", "photos/holiday.tif", "photos/t1.tif"):
        (tmp_path / file).touch()
    monkeypatch.chdir(tmp_path)
    assert get_reader(path) is None  # type: ignore[arg-type]


def test_choosing_a_reader_reads_no_file(tmp_path: Path) -> None:
    for name in ("01/t000.tif", "01_GT/TRA/man_track000.tif", "a.tif", "man_track.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"not a tif at all")
    for name in ("", "01", "01_GT", "01_GT/TRA", "a.tif", "man_track.txt"):
        assert get_reader(str(tmp_path / name)) is read


def test_choosing_a_reader_imports_nothing_heavy(tmp_path: Path) -> None:
    heavy = "{'torch', 'segmentation_models_pytorch', 'dask.array', 'skimage', 'scipy', 'pandas', 'tifffile'}"
    code = (
        "import sys; import napari_devolearn.plugin.reader as reader, napari_devolearn.plugin.layers; "
        f"reader.get_reader({str(tmp_path)!r}); assert not {heavy} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_root_opens_images_ground_truth_and_tracks(tmp_path: Path, viewer: ViewerModel) -> None:
    root = write_dataset(tmp_path / "Fluo-N3DH-CE")
    image, tra, tracks, seg, st = _by_name(viewer.open(root, plugin="napari-devolearn"))
    assert [layer._type_string for layer in (image, tra, tracks, seg, st)] == [
        "image", "labels", "tracks", "labels", "labels",
    ]  # fmt: skip
    for layer in (tra, seg, st):
        np.testing.assert_array_equal(layer.extent.world, image.extent.world)
    np.testing.assert_array_equal(np.asarray(st.data), drawn_labels())
    np.testing.assert_array_equal(np.asarray(image.data[2]), raw_volume(9))
    assert tracks.graph == {2: [1], 3: [1], 4: [3]}
    assert all(tuple(layer.scale) == (1, *VOXEL_SIZE) for layer in viewer.layers)


def _by_name(layers: list) -> list:
    found = {layer.name: layer for layer in layers}
    return [found[name] for name in ("01", "01_GT/TRA", "tracks", "01_GT/SEG", "01_ST/SEG")]


def test_a_second_sequence_is_opened_hidden(tmp_path: Path) -> None:
    root = write_dataset(tmp_path)
    write_frames(root / "02")
    layers = read(str(root))
    assert {attributes["name"]: attributes["visible"] for _, attributes, _ in layers} == {
        "01": True, "01_GT/TRA": True, "tracks": True, "01_GT/SEG": True, "01_ST/SEG": True, "02": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("folder", "layers"),
    [
        ("01", [("image", "01", 5)]),
        ("01_GT/TRA", [("labels", "01_GT/TRA", 5), ("tracks", "tracks", 7)]),
        ("01_GT/SEG", [("labels", "01_GT/SEG", 1)]),
        ("01_ST", [("labels", "01_ST/SEG", 5)]),
        ("01_GT", [("labels", "01_GT/TRA", 5), ("tracks", "tracks", 7), ("labels", "01_GT/SEG", 1)]),
        ("01_GT/TRA/man_track.txt", [("labels", "01_GT/TRA", 5), ("tracks", "tracks", 7)]),
        ("01_GT/TRA/man_track008.tif", [("labels", "man_track008", 1)]),
        ("01/t008.tif", [("image", "t008", 1)]),
    ],
)
def test_each_folder_opens_separately(tmp_path: Path, folder: str, layers: list) -> None:
    assert kinds(write_dataset(tmp_path) / folder) == layers


def test_a_table_of_one_row_opens(tmp_path: Path) -> None:
    write_tif(tmp_path / "mask000.tif", drawn_labels()[0])
    (tmp_path / "res_track.txt").write_text("1 0 0 0\n")
    assert kinds(tmp_path) == [("labels", tmp_path.name, 1), ("tracks", "tracks", 1)]


def test_dropped_files_stack_in_order(tmp_path: Path) -> None:
    write_masks(tmp_path / "TRA")
    masks = [tmp_path / f"TRA/man_track{frame:03d}.tif" for frame in reversed(FRAMES)]
    assert [layer[0::2] for layer in kinds(masks)] == [("labels", 5)]
    write_frames(tmp_path / "01")
    assert kinds(sorted((tmp_path / "01").iterdir(), reverse=True)) == [("image", "01", 5)]
    with pytest.raises(CTCFormatError, match="open one kind at a time"):
        read([str(masks[0]), str(tmp_path / "01/t007.tif")])


def test_saved_labels_reopen_as_labels_and_images_as_images(tmp_path: Path) -> None:
    write_ome_tiff(tmp_path / "a.ome.tif", drawn_labels(), voxel_size=VOXEL_SIZE, frames=FRAMES)
    write_tif(tmp_path / "b.ome.tif", drawn_labels(), metadata={"axes": "TZYX", "Name": "embryo"})
    assert kinds(tmp_path / "a.ome.tif") == [("labels", "a", 5)]
    assert kinds(tmp_path / "b.ome.tif") == [("image", "b", 5)]


def test_each_channel_is_a_layer(tmp_path: Path) -> None:
    pixels = np.zeros((2, 3, 8, 9), np.uint8)
    write_tif(tmp_path / "a.tif", pixels, imagej=True, metadata={"axes": "ZCYX"})
    layers = read(str(tmp_path / "a.tif"))
    assert [attributes["name"] for _, attributes, _ in layers] == [f"a channel {n}" for n in (0, 1, 2)]
    assert {attributes["blending"] for _, attributes, _ in layers} == {"additive"}


def test_masks_open_despite_a_bad_table_which_is_reported(tmp_path: Path) -> None:
    write_masks(tmp_path)
    (tmp_path / "man_track.txt").write_text("1 7 8 0\n2 9 11 12\n")
    with pytest.warns(
        UserWarning, match=r"man_track.txt: .*parent 12 has no row; .*its tracks are not shown"
    ):
        assert [layer[0] for layer in kinds(tmp_path)] == ["labels"]
    with pytest.raises(CTCFormatError, match="parent 12 has no row"):
        read(str(tmp_path / "man_track.txt"))


def test_a_mask_without_a_row_is_reported_and_shown(tmp_path: Path) -> None:
    write_masks(tmp_path)
    (tmp_path / "man_track.txt").write_text("1 7 8 0\n2 9 11 1\n3 9 9 1\n")
    with pytest.warns(UserWarning, match="man_track.txt: label 4 in the mask of frame 11 has no row"):
        assert [layer[0] for layer in kinds(tmp_path)] == ["labels", "tracks"]


def test_a_bad_file_gives_a_one_line_error(tmp_path: Path) -> None:
    write_frames(tmp_path / "01")
    (tmp_path / "01/t009.tif").write_text("hello")
    for path in (tmp_path, tmp_path / "01", tmp_path / "01/t009.tif"):
        with pytest.raises(ImageFormatError, match=r"t009.tif: not a TIFF file") as caught:
            read(str(path))
        assert isinstance(caught.value, DevolearnError)
        assert "\n" not in str(caught.value)


@needs_data("hela_dic_ctc")
def test_hela_opens_as_40_frames_of_images_and_masks(viewer: ViewerModel) -> None:
    image, labels = viewer.open(DATA / "hela_dic_ctc", plugin="napari-devolearn")
    assert (len(image.data), len(labels.data)) == (40, 40)
    assert labels._type_string == "labels"
    np.testing.assert_array_equal(image.extent.world, labels.extent.world)
