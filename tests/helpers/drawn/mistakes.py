"""Results with one mistake each, small enough to work the scores out by hand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


def drawn(text: str) -> np.ndarray:
    """Labels (Y, X) uint16 from rows such as ``11.2``; a dot is background."""
    rows = [[0 if sign == "." else int(sign) for sign in row] for row in text.split()]
    return np.array(rows, np.uint16)


TRUTH = drawn("""
    .1111.2222
    .1111.2222
    ..........
    ..........
""")
"""Two nuclei of 8 pixels."""


class Case(NamedTuple):
    """Labels of `TRUTH` with a mistake, and the scores worked out by hand."""

    labels: np.ndarray
    scores: dict[str, float]


CASES = {
    "right, under other numbers": Case(
        drawn("""
            .7777.1111
            .7777.1111
            ..........
            ..........
        """),
        {"iou": 1, "dice": 1, "f1": 1, "matched_dice": 1, "mean_dice": 1, "seg": 1, "det": 1},
    ),
    # 8 of 16 pixels; D = 10 of 20
    "one missed": Case(
        drawn("""
            ......2222
            ......2222
            ..........
            ..........
        """),
        {"iou": 1 / 2, "dice": 2 / 3, "precision": 1, "recall": 1 / 2, "f1": 2 / 3, "mean_dice": 1 / 2}
        | {"matched_dice": 1, "seg": 1 / 2, "det": 1 - 10 / 20, "false_negatives": 1},
    ),
    # 16 of 18 pixels; D = 1 of 20
    "one invented": Case(
        drawn("""
            .1111.2222
            .1111.2222
            ..........
            33........
        """),
        {"iou": 16 / 18, "dice": 32 / 34, "precision": 2 / 3, "recall": 1, "f1": 4 / 5, "mean_dice": 1}
        | {"matched_dice": 1, "seg": 1, "det": 1 - 1 / 20, "false_positives": 1},
    ),
    # neither half has more than half of the nucleus: one missed and two invented, D = 12 of 20
    "one split in two": Case(
        drawn("""
            .1133.2222
            .1133.2222
            ..........
            ..........
        """),
        {"iou": 1, "dice": 1, "precision": 1 / 3, "recall": 1 / 2, "f1": 2 / 5, "mean_dice": 1 / 2}
        | {"matched_dice": 1, "seg": 1 / 2, "det": 1 - 12 / 20, "split": 1},
    ),
    # the label covers both, with an IoU of 8 / 16 each: no match, SEG 0.5, one to be split, D = 5 of 20
    "two merged": Case(
        drawn("""
            .1111.1111
            .1111.1111
            ..........
            ..........
        """),
        {"iou": 1, "dice": 1, "precision": 0, "recall": 0, "f1": 0, "mean_dice": 0}
        | {"seg": 1 / 2, "det": 1 - 5 / 20, "merged": 1},
    ),
    # each shares 6 of 10 pixels
    "shifted by a pixel": Case(
        drawn("""
            1111.2222.
            1111.2222.
            ..........
            ..........
        """),
        {"iou": 12 / 20, "dice": 24 / 32, "f1": 1, "matched_dice": 12 / 16, "mean_dice": 12 / 16}
        | {"seg": 6 / 10, "det": 1},
    ),
    # 8 of 20 pixels: covered, hence found for SEG and DET, but no match at 0.5
    "one too large": Case(
        drawn("""
            11111.2222
            11111.2222
            11111.....
            11111.....
        """),
        {"iou": 16 / 28, "dice": 32 / 44, "f1": 1 / 2, "mean_dice": 1 / 2, "matched_dice": 1}
        | {"seg": (8 / 20 + 1) / 2, "det": 1, "misshapen": 1},
    ),
}
"""By what is wrong; a kind of mistake that is not named is not there."""
