"""The model card of a run: what the model is, what it learnt from, how well, and the command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from napari_devolearn.models.spec import ModelSpec, Normalisation
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.fit.report import EpochReport

_NORMALISATION: dict[Normalisation, str] = {
    "percentiles": "each slice by itself",
    "volume": "each slice, no more than its volume",
    "divide-255": "8-bit images by 255, others by their range",
}

_CARD = """\
# {spec.name}

{spec.description}

| | |
| --- | --- |
| Network | {spec.architecture}, encoder {spec.encoder}; {millions:.1f} million parameters |
| Input | {channels} |
| Outputs | {outputs} |
| Pixel size | {spec.pixel_size:g} um |
| Normalisation | {normalisation}: percentiles {low:g} and {high:g} become 0 and 1 |

## Data and terms

{data}

{train} images to train on, {held_out} held out.

## Scores

Of the held-out images, {outcome}:

{scores}

## Limits

It was trained on the data above and on their variation by augmentation; on images of another microscope,
marker or species, look at its masks before you count on them.

## Train it again

```
{command}
```

with these choices, which `config.json` of the run holds: {params}.
"""


def model_card(
    spec: ModelSpec,
    params: TrainParams,
    reports: Sequence[EpochReport],
    *,
    data: str,
    images: tuple[int, int],
    weights: int,
    command: str,
) -> str:
    """Write the card of a model.

    Parameters
    ----------
    spec : ModelSpec
    params : TrainParams
    reports : sequence of EpochReport
        At least one.
    data : str
        What it was trained on, and the terms.
    images : tuple of int
        Number of images to train on and held out.
    weights : int
        Number of parameters.
    command : str
        That trains it again.

    Returns
    -------
    str
        Markdown.
    """
    best = next(row for row in reversed(reports) if row.best)
    apart = f"slices, {spec.z_step:g} um apart" if spec.z_step else "grey"
    return _CARD.format(
        spec=spec,
        millions=weights / 1e6,
        channels=f"{spec.in_channels} {apart}",
        outputs=", ".join(spec.outputs),
        normalisation=_NORMALISATION[spec.normalisation],
        low=spec.percentiles[0],
        high=spec.percentiles[1],
        data=data or "Not said: write here what it was trained on and under which terms.",
        train=images[0],
        held_out=images[1],
        outcome=_outcome(best, reports),
        scores=_scores(best, reports),
        command=command,
        params=", ".join(f"{name} {value}" for name, value in asdict(params).items()),
    )


def _outcome(best: EpochReport, reports: Sequence[EpochReport]) -> str:
    epochs = reports[-1].epoch
    if best.epoch == 0:
        return f"none of {epochs} epochs was better than the start, which is kept"
    return f"after epoch {best.epoch} of {epochs}, the best"


def _scores(best: EpochReport, reports: Sequence[EpochReport]) -> str:
    columns = {"this model": best}
    if reports[0].epoch == 0:
        columns = {"start": reports[0], **columns}
    head = [f"| score | {' | '.join(columns)} |", f"| --- |{' --- |' * len(columns)}"]
    rows = [[name, *(f"{row.scores[name]:.4f}" for row in columns.values())] for name in best.scores]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows)])
