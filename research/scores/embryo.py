"""Score an embryo model on held-out time windows and embryos.

``python -m research.scores.embryo`` prints the scores as JSON. The ground truth is derived as for training
(`outlines`, `real_outlines`, `movie_outlines`), or simulated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.segment import segment
from napari_devolearn.postprocess.embryo import EmbryoSize, measure_embryo
from research.drawing.outline_volumes import simulate_membrane_volumes, simulate_nuclear_volumes
from research.drawing.positions import read_embryos
from research.recipes.lineage import split_embryos
from research.recipes.nucleus import HELD_OUT, SLICE_SIZE, in_windows
from research.recipes.real_outlines import iter_nuclear_slices, membrane_files, read_membranes
from research.scores.movie_outlines import (
    MEMBRANES_PIXEL,
    NUCLEI_PIXEL,
    membrane_movie,
    nuclei_movie,
)
from research.scores.scoring import add_backend, print_scores, scoring_parser

_SEEDS = (900, 901)  # of the simulated nuclei and membranes
_NOISE = 0.05  # of the simulated nuclei, relative to the brightest
_SIZES = ("length_um", "width_um", "area_um2", "volume_um3")

Scores = dict[str, float | int | None]


class Case(NamedTuple):
    """An image with its ground truth outline.

    Parameters
    ----------
    image : ndarray, (Y, X) or (Z, Y, X)
    inside : ndarray, same shape, bool
    voxel_size : tuple of float
        (Z, Y, X) in um.
    """

    image: npt.NDArray[np.generic]
    inside: npt.NDArray[np.bool_]
    voxel_size: VoxelSize


def main() -> None:
    """Parse the command line, score, and print JSON."""
    parser = scoring_parser(__doc__, "embryo")
    add_backend(parser)
    parser.add_argument("--every", type=int, default=12, metavar="N", help="each Nth frame of movies (12)")
    parser.add_argument("--simulated", type=int, default=12, metavar="N", help="volumes of each kind (12)")
    given = parser.parse_args()
    model = load_model(given.model, backend=given.backend)
    scores = {
        name: case_scores(cases, model)
        for name, cases in iter_groups(given.data, given.every, given.simulated)
    }
    print_scores(scores, given.json)


def iter_groups(data: Path, every: int, simulated: int) -> Iterator[tuple[str, Iterator[Case]]]:
    """Groups of held-out cases.

    `data`: the folder of all data sets.
    `every`: step between frames of a movie.
    `simulated`: number of volumes of each kind.
    """
    movies, membranes = data / "embryo_movie" / "embryo_timelapse.mov", data / "membrane_video"
    yield "Fluo-N3DH-CE, slices of held-out windows", held_out_slices(data)
    yield "3DMMS, volumes of the held-out window", held_out_membranes(data)
    yield "embryo_timelapse.mov, another embryo", _of_movie(nuclei_movie(movies, every), NUCLEI_PIXEL)
    yield (
        "seg_sample.mov, another embryo",
        _of_movie(membrane_movie(membranes / "seg_sample.mov", every), MEMBRANES_PIXEL),
    )
    if simulated:
        embryos = split_embryos(read_embryos(data / "epic_positions" / "positions.parquet"))[1]
        rng = np.random.default_rng(_SEEDS[0])
        nuclei = list(simulate_nuclear_volumes(embryos, simulated, _SEEDS[0]))
        noisy = [one.light + rng.normal(0, _NOISE, one.light.shape) for one in nuclei]
        pairs = list(zip(noisy, nuclei, strict=True))
        yield "simulated nuclei, volumes", (Case(light, one.inside, one.step) for light, one in pairs)
        yield (
            "simulated nuclei, projections",
            (Case(light.max(0), np.any(one.inside, axis=0), one.step) for light, one in pairs),
        )
        made = simulate_membrane_volumes(embryos, simulated, _SEEDS[1])
        yield (
            "simulated membranes, volumes",
            (Case(one.light.astype(np.float32), one.inside, one.step) for one in made),
        )


def held_out_slices(data: Path) -> Iterator[Case]:
    """Single slices of the held-out windows of Fluo-N3DH-CE, with the section of the fitted egg."""
    for one in iter_nuclear_slices(data):
        if in_windows(one.t, HELD_OUT):
            yield Case(one.image, one.inside, (1.0, *SLICE_SIZE))


def held_out_membranes(data: Path) -> Iterator[Case]:
    """Filled volumes of the held-out window of 3DMMS."""
    for path in membrane_files(data)[1]:
        volume = read_membranes(path)
        yield Case(volume.light.astype(np.float32), volume.inside, volume.step)


def _of_movie(
    frames: Iterable[tuple[int, npt.NDArray[np.uint8], npt.NDArray[np.bool_]]], pixel: float
) -> Iterator[Case]:
    for _, image, inside in frames:
        yield Case(image, inside, (1.0, pixel, pixel))


def case_scores(cases: Iterable[Case], model: Model) -> Scores:
    """Overlap and errors of size of the largest embryo.

    Returns ``images``; ``iou`` pooled over all voxels; ``median_iou`` over the images with an embryo;
    ``false_negatives`` and ``false_positives``, numbers of images; ``cut``, images in which an outline
    touches the edge, which are not measured; and the median error in percent of ``length_um``, ``width_um``,
    ``area_um2`` and ``volume_um3``.
    """
    counts, sizes = [], []
    for case in cases:
        labels = segment(case.image, model, voxel_size=case.voxel_size[-case.image.ndim :])
        found = labels == 1
        counts.append(
            [(found & case.inside).sum(), (found | case.inside).sum(), found.sum(), case.inside.sum()]
        )
        true = case.inside.astype(np.uint32)
        sizes.append((measure_embryo(labels, case.voxel_size), measure_embryo(true, case.voxel_size)))
    both, either, found_any, true_any = np.array(counts, float).T
    shown = true_any > 0
    return {
        "images": len(counts),
        "iou": round(float(both.sum() / either.sum()), 4),
        "median_iou": round(float(np.median(both[shown] / either[shown])), 4),
        "false_negatives": int((shown & (found_any == 0)).sum()),
        "false_positives": int((~shown & (found_any > 0)).sum()),
        "cut": sum(bool(a.cut or b.cut) for a, b in sizes),
        **{f"error_of_{name}": _median_error(sizes, name) for name in _SIZES},
    }


def _median_error(sizes: list[tuple[EmbryoSize, EmbryoSize]], name: str) -> float | None:
    """Median error, in percent."""
    pairs = np.array([(getattr(found, name), getattr(true, name)) for found, true in sizes])
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    if not len(pairs):
        return None
    return round(float(np.median(np.abs(pairs[:, 0] / pairs[:, 1] - 1)) * 100), 2)


if __name__ == "__main__":
    main()
