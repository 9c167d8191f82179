"""A small data set of images of neurons: dark bars on a bright background."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def write_pictures(root: Path, numbers: range, height: int = 96, width: int = 128) -> Path:
    """Write ``neurons_pfc/images/NNN.jpg`` and its masks.

    Parameters
    ----------
    root : Path
        Folder of all data sets.
    numbers : range
        Numbers of the images.
    height, width : int

    Returns
    -------
    Path
        The folder of the data set; in each image the bar is one pixel lower than in the previous one::

            . . . . . . . .
            # # # # # # # #   a quarter of the height, 60 of 200 grey, with noise
            . . . . . . . .
    """
    folder = root / "neurons_pfc"
    for kind in ("images", "masks"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for place, number in enumerate(numbers):
        mask = np.zeros((height, width), np.uint8)
        mask[height // 3 + place : height // 3 + place + height // 4] = 255
        grey = np.where(mask > 0, 60, 200) + rng.normal(0, 5, mask.shape)
        picture = np.repeat(grey.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)
        Image.fromarray(picture).save(folder / "images" / f"{number:03d}.jpg", quality=95)
        Image.fromarray(mask).save(folder / "masks" / f"{number:03d}.png")
    return folder
