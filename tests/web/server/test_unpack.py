from __future__ import annotations

import json
import pickle
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest

from helpers.bright_model import bright_movie
from helpers.files.zarr_files import create_pyramid
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.web.server import decode
from napari_devolearn.web.server.unpack import unpack


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def zip_folder(path: Path, folder: Path) -> Path:
    """As a file manager does: the folder itself is in the zip."""
    found = [one for one in folder.rglob("*") if one.is_file()]
    return zipped(path, {str(one.relative_to(folder.parent)): one.read_bytes() for one in found})


def run_decoder(capsys, monkeypatch, path: Path) -> dict:
    monkeypatch.setattr(decode, "_limit_memory", lambda _: None)
    assert decode.main([str(path), str(path.parent), "0", "0", "", "4000000"]) == 0
    return json.loads(capsys.readouterr().out)


def test_an_ome_zarr_is_decoded_with_its_voxel_size_and_temporary_files_deleted(
    tmp_path, capsys, monkeypatch
) -> None:
    movie = bright_movie(3)
    level = create_pyramid(
        tmp_path / "m.ome.zarr", "m", movie.shape, movie.dtype, voxel_size=(1, 0.5, 0.5), labels=False
    )
    for t, volume in enumerate(movie):
        level.write(t, volume)
    (tmp_path / "sent").mkdir()
    sent = zip_folder(tmp_path / "sent" / "m.zip", tmp_path / "m.ome.zarr")
    told = run_decoder(capsys, monkeypatch, sent)
    assert told["voxel_size"] == [1, 0.5, 0.5]
    np.testing.assert_array_equal(np.load(sent.parent / "pixels-0.npy"), movie)
    assert {one.name for one in sent.parent.iterdir()} == {"m.zip", "pixels-0.npy"}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "no files in it"),
        ({"__MACOSX/a": b"", "x/.DS_Store": b""}, "no files in it"),
        ({"../a.tif": b"x"}, "contains paths outside of the zip"),
        ({"/etc/a.tif": b"x"}, "contains paths outside of the zip"),
        ({"a": b"0" * 2000}, "unpacked; the limit of this server is"),
        ({str(n): b"" for n in range(20_001)}, "20,001 files, more than 20,000"),
    ],
    ids=["empty", "litter", "outside", "absolute", "bomb", "many"],
)
def test_invalid_content_of_a_zip_is_refused_before_unpacking(tmp_path, files, told) -> None:
    path = zipped(tmp_path / "a.zip", files)
    with pytest.raises(ImageFormatError, match=told):
        unpack(path, tmp_path / "out", 1000)
    assert not (tmp_path / "out").exists()


def test_links_and_other_files_are_refused(tmp_path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ImageFormatError, match="outside of the zip"):
        unpack(tmp_path / "a.zip", tmp_path / "out", 1000)
    (tmp_path / "b.zip").write_bytes(b"PK no zip")
    with pytest.raises(ImageFormatError, match="cannot be unpacked"):
        unpack(tmp_path / "b.zip", tmp_path / "out", 1000)


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("place", ["compressor", "filters"])
def test_pickled_chunks_are_never_opened(tmp_path, capsys, monkeypatch, place) -> None:
    codec = {"id": "pickle", "protocol": 4}
    array = {
        "zarr_format": 2,
        "shape": [4, 4],
        "chunks": [4, 4],
        "dtype": "|u1",
        "order": "C",
        "fill_value": 0,
    }
    array |= {"compressor": None, "filters": None, place: [codec] if place == "filters" else codec}
    axes = [{"name": name, "type": "space"} for name in "yx"]
    scales = [{"axes": axes, "datasets": [{"path": "0"}], "version": "0.4"}]
    files = {
        "x.zarr/.zgroup": b'{"zarr_format": 2}',
        "x.zarr/.zattrs": json.dumps({"multiscales": scales}).encode(),
        "x.zarr/0/.zarray": json.dumps(array).encode(),
        "x.zarr/0/0.0": pickle.dumps(Touch(tmp_path / "owned")),
    }
    assert "x.zarr" in run_decoder(capsys, monkeypatch, zipped(tmp_path / "x.zip", files))["error"]
    assert not (tmp_path / "owned").exists()


def test_files_that_macos_adds_are_left_out(tmp_path) -> None:
    path = zipped(tmp_path / "a.zip", {"01/t000.tif": b"a", "01/._t000.tif": b"b", "__MACOSX/x": b"c"})
    inside = unpack(path, tmp_path / "out", 1000)
    assert [one.name for one in inside.iterdir()] == ["t000.tif"]
