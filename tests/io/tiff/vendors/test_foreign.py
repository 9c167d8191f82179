from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from helpers.files.microscope_files import write_lsm, write_stk
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.tiff.tif import open_tif, open_tif_images

MOVIE = np.random.default_rng(0).integers(0, 250, (3, 4, 2, 16, 20), np.uint16)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_movie_of_two_channels_of_lsm(tmp_path: Path, dtype: type) -> None:
    movie = MOVIE.astype(dtype)
    (file,) = open_tif_images(write_lsm(tmp_path / "a.lsm.tif", movie, seconds=90))
    assert (file.axes, file.channels, file.dtype, file.rgb, file.notes) == ("T3 Z4 C2", 2, dtype, False, ())
    assert file.calibration is not None
    assert file.calibration.voxel_size == pytest.approx((1.0, 0.2, 0.2))
    assert file.calibration.frame_interval == 1.5
    for t, channel in ((0, 0), (2, 1), (1, 0)):
        np.testing.assert_array_equal(file.read(t, channel), movie[t, :, channel])


@pytest.mark.parametrize(
    ("part", "scan_type", "shape"),
    [
        (MOVIE[:1, :, :1], 0, (1, 4)),
        (MOVIE[:, :1], 3, (3, 1)),
        (MOVIE[:1, :1], 0, (1, 1)),
        (MOVIE[:, :, :1], 6, (3, 4)),
    ],
)
def test_stacks_series_and_planes_of_lsm(
    tmp_path: Path, part: np.ndarray, scan_type: int, shape: tuple[int, int]
) -> None:
    (file,) = open_tif_images(write_lsm(tmp_path / "a.tif", part, scan_type=scan_type))
    assert (file.shape[:2], file.channels) == (shape, part.shape[2])
    last = part.shape[2] - 1
    np.testing.assert_array_equal(file.read(shape[0] - 1, last), part[-1, :, last])


def test_lsm_of_an_interrupted_recording(tmp_path: Path) -> None:
    whole = write_lsm(tmp_path / "a.tif", MOVIE).read_bytes()
    with tifffile.TiffFile(tmp_path / "a.tif") as tif:
        page = tif.pages[18]
        last = page.offset + 2 + 12 * len(page.tags)
    (tmp_path / "a.tif").write_bytes(whole[:last] + bytes(4) + whole[last + 4 :])
    file = open_tif(tmp_path / "a.tif")
    assert file.shape[:2] == (2, 4)
    (note,) = file.notes
    assert "gives 24 planes (T3 x Z4), but it has 20" in note
    assert "its first 2 frames are opened, 4 planes of other frames are omitted" in note


def test_truncated_lsm_is_refused(tmp_path: Path) -> None:
    path = write_lsm(tmp_path / "a.tif", MOVIE)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ImageFormatError, match="truncated or damaged after"):
        open_tif(path)


def test_stk_is_a_stack_or_a_time_series(tmp_path: Path) -> None:
    planes = MOVIE[0, :, 0]
    file = open_tif(write_stk(tmp_path / "z.stk.tif", planes))
    assert (file.axes, file.shape[:2], file.notes) == ("Z4", (1, 4), ())
    assert file.calibration is not None
    assert file.calibration.voxel_size == pytest.approx((1.5, 0.2, 0.2))
    np.testing.assert_array_equal(file.read(0, 0), planes)
    file = open_tif(write_stk(tmp_path / "t.tif", planes, z_step=0, milliseconds=30000))
    assert (file.axes, file.calibration and file.calibration.frame_interval) == ("T4", 0.5)
    np.testing.assert_array_equal(file.read(2, 0), planes[2:3])


@pytest.mark.parametrize(
    ("told", "voxel_size"),
    [
        ({"unit": "nm", "pixel_size": 200.0}, (1.5, 0.2, 0.2)),
        ({"pixel_size": None}, None),
        ({"z_step": 0.0}, None),
        ({"unit": "pixel"}, None),
    ],
)
def test_known_lengths_of_stk_are_read(tmp_path: Path, told: dict, voxel_size: tuple | None) -> None:
    calibration = open_tif(write_stk(tmp_path / "a.tif", MOVIE[0, :, 0], **told)).calibration
    assert calibration is not None
    assert calibration.voxel_size == (pytest.approx(voxel_size) if voxel_size else None)


def test_truncated_stk_is_refused(tmp_path: Path) -> None:
    path = write_stk(tmp_path / "a.tif", MOVIE[0, :, 0], promised=6)
    with pytest.raises(
        ImageFormatError, match=r"truncated: its STK header gives 6 planes \(Z6\), but it has 4"
    ):
        open_tif(path)


def test_a_width_that_does_not_fit_the_strips_of_stk_is_reported(tmp_path: Path) -> None:
    path = write_stk(tmp_path / "a.tif", MOVIE[0, :, 0])
    assert open_tif(path).notes == ()
    with tifffile.TiffFile(path) as tif:
        width = tif.pages.first.tags["ImageWidth"]
    content = bytearray(path.read_bytes())
    content[width.valueoffset] += 1
    path.write_bytes(content)
    assert any("its size may be wrong" in note for note in open_tif(path).notes)


def test_ome_tiff_of_several_files_is_read_plane_by_plane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    movie = MOVIE[:, :, 0]
    paths = write_files(tmp_path, movie)
    file = open_tif(paths[0])
    assert (file.axes, file.notes) == ("T3 Z4", ())
    monkeypatch.setattr(tifffile.TiffPageSeries, "asarray", few_planes(tifffile.TiffPageSeries.asarray))
    for t in (0, 2, 1):
        np.testing.assert_array_equal(file.read(t, 0), movie[t])
    paths[2].unlink()
    with pytest.raises(
        ImageFormatError, match="4 of its 12 planes are in other files, which are missing; put"
    ):
        open_tif(paths[0])


def few_planes(read):
    def read_few(series, *args, **kwargs):
        assert series.shape[0] <= 4, series.shape
        return read(series, *args, **kwargs)

    return read_few


def write_files(folder: Path, movie: np.ndarray) -> list[Path]:
    """Write one file per time point, all with the same OME-XML."""
    names = [f"a_t{t}.ome.tif" for t in range(len(movie))]
    blocks = "".join(
        f'<TiffData FirstT="{t}" FirstZ="{z}" FirstC="0" IFD="{z}" PlaneCount="1">'
        f'<UUID FileName="{name}">urn:uuid:0000000{t}-0000-0000-0000-000000000000</UUID></TiffData>'
        for t, name in enumerate(names)
        for z in range(movie.shape[1])
    )
    for t, name in enumerate(names):
        xml = (
            '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" '
            f'UUID="urn:uuid:0000000{t}-0000-0000-0000-000000000000"><Image ID="Image:0"><Pixels '
            f'ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" SizeX="20" SizeY="16" '
            f'SizeZ="{movie.shape[1]}" SizeC="1" SizeT="{len(movie)}" PhysicalSizeX="0.2" '
            'PhysicalSizeY="0.2" PhysicalSizeZ="1" TimeIncrement="90">'
            f'<Channel ID="Channel:0:0" Name="H2B" SamplesPerPixel="1"/>{blocks}</Pixels>'
            "</Image></OME>"
        )
        tifffile.imwrite(folder / name, movie[t], description=xml, metadata=None, photometric="minisblack")
    return [folder / name for name in names]


def test_a_movie_in_several_files_keeps_its_calibration_and_channel_names(tmp_path: Path) -> None:
    file = open_tif(write_files(tmp_path, MOVIE[:, :, 0])[1])
    assert (file.shape, file.channel_names) == ((3, 4, 16, 20), ("H2B",))
    assert file.calibration is not None
    assert (file.calibration.voxel_size, file.calibration.frame_interval) == ((1.0, 0.2, 0.2), 1.5)
