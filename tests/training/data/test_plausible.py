from __future__ import annotations

import dataclasses
import warnings
from pathlib import Path

import pytest

from napari_devolearn.exceptions import DatasetError
from napari_devolearn.training.data.pairs import Pair
from napari_devolearn.training.data.plausible import check_counts

SLICE = Pair(
    file="e_t000_z000.png",
    t=0,
    z=0,
    height=100,
    width=100,
    voxel_z=1.0,
    voxel_y=0.2,
    voxel_x=0.2,
    n_instances=12,
    foreground=1200,
    split="train",
)


def pairs(foreground: int, objects: int, part: str = "train") -> list[Pair]:
    """Three usual slices of both parts; the given fields of one part are changed."""
    usual = [
        dataclasses.replace(SLICE, z=z, split=split) for z in range(3) for split in ("train", "held_out")
    ]
    changes = {"foreground": foreground, "n_instances": objects}
    return [dataclasses.replace(pair, **changes) if pair.split == part else pair for pair in usual]


@pytest.mark.parametrize("part", ["train", "held_out"])
@pytest.mark.parametrize(
    ("foreground", "objects", "said"),
    [
        (
            10_000,
            1,
            r"100\.0 % is foreground.*images and masks are not swapped, and that the background is 0",
        ),
        (9_900, 30, r"99\.0 % is foreground"),
        (9_000, 5_000, r"objects have only 1\.8 pixels on average"),  # 16-bit grey values as ids
        (200, 100, r"objects have only 2\.0 pixels on average"),
    ],
)
def test_masks_without_information_are_refused(part: str, foreground: int, objects: int, said: str) -> None:
    name = {"train": "training", "held_out": "held-out"}[part]
    with pytest.raises(DatasetError, match=rf"data: {name} masks: {said}"):
        check_counts(Path("data"), pairs(foreground, objects, part), ("foreground",))


@pytest.mark.parametrize(
    ("foreground", "objects", "outputs", "said"),
    [
        (10_000, 30, ("interior",), "foreground cannot be learnt, only borders"),  # a tissue without gaps
        (10_000, 30, (), "foreground cannot be learnt, only borders"),
        (7_000, 180, ("foreground",), "180 objects per slice that cover 70 % of it, like the grey values"),
    ],
)
def test_masks_that_look_like_images_give_a_warning(
    foreground: int, objects: int, outputs: tuple[str, ...], said: str
) -> None:
    with pytest.warns(UserWarning, match=said):
        check_counts(Path("data"), pairs(foreground, objects), outputs)


@pytest.mark.parametrize(
    ("foreground", "objects"), [(1200, 12), (9_000, 40), (3_000, 150), (0, 0), (5000, 1)]
)
def test_usual_masks_give_no_warning(foreground: int, objects: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_counts(Path("data"), pairs(foreground, objects), ("foreground",))
