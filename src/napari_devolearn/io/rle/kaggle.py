"""Tables of Kaggle's Sartorius competition, one row per object: ``id,annotation,width,height,..``."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_devolearn.exceptions import RLEFormatError
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.separator import separator_of
from napari_devolearn.io.rle.masked_image import MaskedImage, one_each
from napari_devolearn.io.rle.runs import Runs, check_total, format_runs, parse_runs, parse_shape, prefixed
from napari_devolearn.io.writing.atomic import atomic_text

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("id", "annotation", "width", "height")
COLUMNS = (*NEEDED, "cell_type", "plate_time", "sample_date", "sample_id", "elapsed_timedelta")
"""The columns of the competition's ``train.csv``; the last four stay empty."""


def is_kaggle_table(path: Path) -> bool:
    """Whether the first line of a file has the columns of such a table; never raises."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return set(NEEDED) <= set(next(csv.reader(lines, **_form(path)), []))
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def read_kaggle(path: Path) -> list[MaskedImage]:
    """Read the objects of each image, sorted by image name; an empty annotation is no object.

    Raises RLEFormatError if a column is missing, a size is invalid or contradicts another row, or a run is
    invalid; the message names the line.
    """
    table = _read_table(path)
    sizes: dict[str, tuple[int, int]] = {}
    objects: dict[str, list[Runs]] = {}
    drawn = 0
    columns = (table[name] for name in NEEDED)
    for line, (name, annotation, width, height) in enumerate(zip(*columns, strict=True), 2):
        where = f"{path}: line {line}: image {name!r}"
        with prefixed(where, "fix the table"):
            if not name:
                raise RLEFormatError("has no id")
            shape = parse_shape(height, width)
        if sizes.setdefault(name, shape) != shape:
            raise RLEFormatError(
                f"{where}: is {width} x {height} pixels here, {sizes[name][1]} x {sizes[name][0]} in an "
                "earlier line; fix the table"
            )
        with prefixed(where, "fix its annotation"):
            runs = parse_runs(annotation, shape)
        objects.setdefault(name, []).extend([runs] if len(runs) else [])
        drawn += int(runs[:, 1].sum())
        check_total(drawn, path, "objects")
    if not sizes:
        raise RLEFormatError(f"{path}: no rows; choose a table with objects")
    check_total(sum(height * width for height, width in sizes.values()), path, "images")
    return [MaskedImage(id=name, shape=sizes[name], objects=tuple(objects[name])) for name in sorted(sizes)]


def write_kaggle(
    path: Path, images: Iterable[MaskedImage], *, cell_type: str = "", overwrite: bool = False
) -> int:
    """Write a table, completely or not at all; returns the number of objects.

    Images are read one by one; one without objects gets a row with an empty annotation. `cell_type` is that
    of all objects, such as ``"cort"``. Raises OutputExistsError or OutputError if the file exists or cannot
    be written.
    """
    count = 0
    with atomic_text(path, overwrite=overwrite) as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for image in one_each(images, path):
            height, width = image.shape
            row = {"id": image.id, "width": width, "height": height, "cell_type": cell_type}
            annotations = [format_runs(runs) for runs in image.objects]
            writer.writerows(row | {"annotation": one} for one in annotations or [""])
            count += len(annotations)
    return count


def _read_table(path: Path) -> pd.DataFrame:
    import pandas as pd

    with reading(path, kind=RLEFormatError, remedy="save it as CSV"):
        # without a header, since pandas uses surplus columns of rows as an index
        rows = pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig", header=None, **_form(path)
        )
    columns = rows.iloc[0].tolist()
    if lost := [name for name in NEEDED if columns.count(name) != 1]:
        raise RLEFormatError(
            f"{path}: missing or repeated column {', '.join(lost)}; required are {', '.join(NEEDED)}"
        )
    return rows[1:].set_axis(columns, axis=1)


def _form(path: Path) -> dict[str, Any]:
    return {"delimiter": separator_of(path), "skipinitialspace": True}
