from __future__ import annotations

from pathlib import Path

import pytest

from helpers.files.zarr_files import create_pyramid
from napari_devolearn.cli.common.output import check_output
from napari_devolearn.exceptions import OutputExistsError

SOURCE = Path("movie.tif")


@pytest.mark.parametrize(
    "name", ["labels.ome.tif", "labels.TIFF", "01_RES", "result.v2", "new/folder/x.tif", "labels.ome.zarr"]
)
def test_tif_files_and_folders_are_accepted(tmp_path, name) -> None:
    check_output(tmp_path / name, overwrite=False, source=SOURCE)


@pytest.mark.parametrize("name", ["labels.png", "labels.npy", "labels.csv"])
def test_other_formats_are_refused(tmp_path, name) -> None:
    with pytest.raises(ValueError, match=r"\.ome\.zarr, or a folder"):
        check_output(tmp_path / name, overwrite=True, source=SOURCE)


def test_the_input_is_never_replaced(tmp_path) -> None:
    movie = tmp_path / "movie.tif"
    movie.write_bytes(b"pixels")
    with pytest.raises(ValueError, match="is the input"):
        check_output(tmp_path / "." / "movie.tif", overwrite=True, source=movie)


def test_labels_may_go_into_the_zarr_that_is_the_input(tmp_path) -> None:
    create_pyramid(tmp_path / "m.zarr", "m", (1, 2, 3, 4), "uint8", labels=False)
    check_output(tmp_path / "m.zarr", overwrite=False, source=tmp_path / "m.zarr")


def test_existing_outputs_need_overwrite(tmp_path) -> None:
    (tmp_path / "full").mkdir()
    file = tmp_path / "full" / "labels.tif"
    file.touch()
    for path in (file, tmp_path / "full"):
        with pytest.raises(OutputExistsError, match="--overwrite"):
            check_output(path, overwrite=False, source=SOURCE)
        check_output(path, overwrite=True, source=SOURCE)


def test_an_empty_folder_is_accepted(tmp_path) -> None:
    check_output(tmp_path, overwrite=False, source=SOURCE)
