"""Score a neuron model on the held-out images, with the complete inference.

``python -m research.scores.neuron`` prints the scores as JSON. Use ``napari-devolearn evaluate`` for label
files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.overlap import Scores, overlap_of
from napari_devolearn.evaluation.report import all_scores
from napari_devolearn.inference.inputs.grid import resample_image, resample_labels
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.segment import segment
from napari_devolearn.io.pictures.picture import to_grey
from research.recipes.neuron import part_images
from research.recipes.neuron_images import RGB, find_images, read_pair
from research.scores.scoring import add_backend, print_scores, scoring_parser

Mask = npt.NDArray[np.bool_]
Change = Callable[[RGB, Mask], tuple[npt.NDArray[Any], Mask]]

_SHOWN = ("iou", "dice", "slice_iou", "slice_dice")
_MICROSCOPE = 0.1  # um, assumed pixel size of the images
_SARTORIUS = (520, 704)


def main() -> None:
    """Parse the command line, score, and print JSON."""
    parser = scoring_parser(__doc__, "neuron")
    add_backend(parser)
    parser.add_argument("--threshold", type=float, default=0.5)
    given = parser.parse_args()
    _, held_out = part_images(find_images(given.data / "neurons_pfc"))
    scores = score_images(held_out, load_model(given.model, backend=given.backend), given.threshold)
    print_scores(scores, given.json)


def score_images(
    images: Sequence[Path], model: Model, threshold: float
) -> dict[str, dict[str, Scores] | Scores]:
    """Scores of the foreground, as a mask and as instances, and of changed images.

    `images`: with their masks in ``masks/`` next to their folder.
    Returns ``iou`` pooled over all pixels and ``slice_iou`` as the mean over images, of ``mask``,
    ``instances`` and each of `CHANGES`; ``images``, the IoU of each image.
    """
    pairs = {path.stem: read_pair(path) for path in images}
    mask = SegmentParams(threshold=threshold, output="mask")
    scores: dict[str, dict[str, Scores] | Scores] = {
        "mask": _score(pairs.values(), model, mask),
        "instances": _score(pairs.values(), model, SegmentParams(threshold=threshold)),
    }
    for name, change in CHANGES.items():
        scores[name] = _score([change(*pair) for pair in pairs.values()], model, mask)
    scores["images"] = {name: _score([pair], model, mask)["iou"] for name, pair in pairs.items()}
    return scores


def _score(pairs: Any, model: Model, params: SegmentParams) -> Scores:
    overlaps = []
    for picture, mask in pairs:
        size = _MICROSCOPE * 1280 / max(mask.shape)
        labels = segment(picture, model, params, voxel_size=(size, size))
        overlaps.append(overlap_of(labels > 0, mask))
    scores = all_scores(overlaps)
    return {name: scores[name] for name in _SHOWN}


def _small(colours: RGB, mask: Mask) -> tuple[npt.NDArray[Any], Mask]:
    grey = resample_image(to_grey(colours), _SARTORIUS)
    return grey, resample_labels(mask, _SARTORIUS)


def _inverted(colours: RGB, mask: Mask) -> tuple[npt.NDArray[Any], Mask]:
    return 255 - to_grey(colours), mask


def _turned(colours: RGB, mask: Mask) -> tuple[npt.NDArray[Any], Mask]:
    return np.rot90(to_grey(colours)), np.rot90(mask)


CHANGES: Mapping[str, Change] = {"520 x 704": _small, "inverted": _inverted, "turned by 90 degrees": _turned}
"""Changes of the images, by name, as in users' images."""


if __name__ == "__main__":
    main()
