"""Unpack a zipped OME-Zarr or zipped frames, after checking the content of the zip."""

from __future__ import annotations

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

from napari_devolearn.exceptions import ImageFormatError

_FILES = 20_000  # an OME-Zarr has one per chunk
_ENCRYPTED = 0x1
_SYSTEM_FILES = {"__MACOSX", ".DS_Store", "Thumbs.db"}


def unpack(path: Path, folder: Path, most: int) -> Path:
    """Unpack a zip into `folder`, which is created; returns it, or its only subfolder.

    `most`: maximum bytes of all files together.
    Raises ImageFormatError if it is not a zip, damaged, encrypted, too large, or has paths outside of it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = [one for one in archive.infolist() if not one.is_dir()]
            files = [one for one in found if not _is_of_system(PurePosixPath(one.filename))]
            _check(path, files, most)
            for one in files:
                target = folder / one.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(one) as source, target.open("xb") as sink:
                    shutil.copyfileobj(source, sink)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise ImageFormatError(f"{path}: cannot be unpacked ({error}); zip it again") from error
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


def _is_of_system(name: PurePosixPath) -> bool:
    return bool({*name.parts} & _SYSTEM_FILES) or name.name.startswith("._")


def _check(path: Path, files: list[zipfile.ZipInfo], most: int) -> None:
    size = sum(one.file_size for one in files)
    problems = [
        (not files, "no files in it; zip the folder of the image"),
        (len(files) > _FILES, f"{len(files):,} files, more than {_FILES:,}; save it with larger chunks"),
        (
            size > most,
            f"{size / 1e6:,.0f} MB unpacked; the limit of this server is {most / 1e6:,.0f} MB: send fewer "
            "frames",
        ),
        (any(one.flag_bits & _ENCRYPTED for one in files), "is encrypted; zip it without a password"),
        (not all(map(_stays_inside, files)), "contains paths outside of the zip; zip the folder again"),
    ]
    problem = next((text for wrong, text in problems if wrong), None)
    if problem is not None:
        raise ImageFormatError(f"{path}: {problem}")


def _stays_inside(one: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(one.filename)
    is_link = stat.S_ISLNK(one.external_attr >> 16)
    return not (name.is_absolute() or ".." in name.parts or "\\" in one.filename or is_link)
