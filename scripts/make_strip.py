"""Make the picture strip of the README from the pictures of the docs: ``python scripts/make_strip.py``.

Run it after the other ``make_*`` scripts, which make the pictures that it is cut from.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).parents[1] / "docs" / "images"
PANEL = (440, 330)
"""Width and height of a panel, in pixels."""
CAPTION = 44
GAP = 8


class Panel(NamedTuple):
    """Region of a picture.

    Parameters
    ----------
    file : str
    box : tuple of int
        Left, top, right and bottom in pixels.
    caption : str
    """

    file: str
    box: tuple[int, int, int, int]
    caption: str


PANELS = (
    Panel("segment.png", (375, 183, 783, 489), "Segment nuclei"),
    Panel("membranes-3d.png", (368, 195, 908, 600), "Cells in 3D"),
    Panel("correct.png", (379, 146, 1019, 626), "Track and correct"),
    Panel("lineage-early.png", (880, 337, 1400, 727), "Count lineages"),
)


def main() -> None:
    """Write ``strip.png``."""
    width, height = PANEL
    strip = Image.new("RGB", (len(PANELS) * (width + GAP) - GAP, height + CAPTION), "white")
    draw = ImageDraw.Draw(strip)
    font = ImageFont.truetype(font_manager.findfont("DejaVu Sans"), 28)
    for number, panel in enumerate(PANELS):
        left = number * (width + GAP)
        part = Image.open(FOLDER / panel.file).convert("RGB").crop(panel.box)
        strip.paste(part.resize(PANEL, Image.Resampling.LANCZOS), (left, 0))
        draw.text((left + width / 2, height + CAPTION / 2), panel.caption, "black", font, anchor="mm")
    strip.quantize(256, dither=Image.Dither.NONE).save(FOLDER / "strip.png", optimize=True)


if __name__ == "__main__":
    main()
