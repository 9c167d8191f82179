"""Score a fine-tuned nucleus model and its initial model, on the new images and on the old ones.

``python -m research.scores.fine_tune -m hela/hela.json --learnt 4 12 20 28 36`` prints JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from napari_devolearn.evaluation.overlap import Scores, overlap_of
from napari_devolearn.evaluation.report import all_scores
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.segment import segment
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.weights import load_network
from research.scores.nucleus import held_out_scores
from research.scores.scoring import print_scores, scoring_parser

HELA_SIZE = (0.19, 0.19)
"""um, Y X, of DIC-C2DH-HeLa."""

_SCORES = ("iou", "dice", "f1", "seg", "ground_truth", "predicted")


def main(words: list[str] | None = None) -> None:
    """Parse the command line, score both models, and print JSON.

    `words`: by default those of the command line.
    """
    parser = scoring_parser(__doc__, "nucleus")
    parser.add_argument("--start", default="nucleus", help="the model that it was fine-tuned from")
    parser.add_argument(
        "--learnt", type=int, nargs="*", default=[], metavar="T", help="frames that it was trained on"
    )
    parser.add_argument("--old-only", action="store_true", help="score only the old images")
    parser.add_argument(
        "--share", type=float, default=1.0, help="of its weights, in a mixture with the start's"
    )
    given = parser.parse_args(words)
    scores = {}
    for name, which in (("start", given.start), ("fine-tuned", given.model)):
        model = load_model(which, backend="torch")
        if name == "fine-tuned" and given.share < 1:
            model = mixture(given.start, which, given.share)
        scores[name] = {
            "held-out windows of nuclei": held_out_scores(
                given.data / "nuclei_ctc_slices", model, SegmentParams()
            ),
        }
        if not given.old_only:
            scores[name]["HeLa"] = hela_scores(given.data / "hela_dic_ctc", model, given.learnt)
    print_scores(scores, given.json)


def mixture(start: str, fine_tuned: str, share: float) -> Model:
    """Mix the weights of two models of the same network.

    Parameters
    ----------
    start, fine_tuned : str
        Names or paths of models.
    share : float
        Of the weights of the second.

    Returns
    -------
    Model
    """
    files = find_model(fine_tuned)
    network, initial = load_network(files), load_network(find_model(start)).state_dict()
    state = network.state_dict()
    mixed = {name: initial[name].lerp(new, share) for name, new in state.items() if new.is_floating_point()}
    network.load_state_dict(state | mixed)
    return Model(files.spec, network, "cpu", "torch")


def hela_scores(data: Path, model: Model, learnt: Sequence[int]) -> Scores:
    """Cells in all frames of ``hela_dic_ctc`` except the training frames `learnt`.

    Returns ``frames``; ``iou`` and ``dice`` of the foreground, ``f1`` and ``seg`` of the cells, and their
    numbers.
    """
    from skimage.io import imread

    overlaps = []
    for path in sorted((data / "01_GT" / "SEG").glob("man_seg*.tif")):
        number = path.stem.removeprefix("man_seg")
        if int(number) not in learnt:
            labels = segment(
                imread(data / "01" / f"t{number}.tif"), model, SegmentParams(), voxel_size=HELA_SIZE
            )
            overlaps.append(overlap_of(labels, imread(path)))
    scores = all_scores(overlaps)
    return {"frames": len(overlaps), **{name: scores[name] for name in _SCORES}}


if __name__ == "__main__":
    main()
