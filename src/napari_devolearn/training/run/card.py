"""Model card of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from napari_devolearn.models.spec import ModelSpec, Normalisation
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.fit.report import EpochReport

_NORMALISATION: dict[Normalisation, str] = {
    "percentiles": "of each slice",
    "volume": "of each slice, but dim slices of a volume stay dim",
    "divide-255": "8-bit images divided by 255, others scaled by their range",
}

_CARD = """\
# {spec.name}

{spec.description}

## Intended use

Segmenting images like those that it was trained on: same microscope, marker and species.

## Model

| | |
| --- | --- |
| Network | {spec.architecture}, encoder {spec.encoder}; {millions:.1f} million parameters |
| Input | {channels} |
| Outputs | {outputs} |
| Pixel size | {spec.pixel_size:g} um |
| Normalisation | {normalisation}: percentiles {low:g} and {high:g} become 0 and 1 |

## Training data

{data}

{train} training images, {held_out} held out.

## Evaluation

Scores of the held-out images, {outcome}:

{scores}

## Limitations

Accuracy on images of other microscopes, markers or species is unknown; check the masks.

## Training

```
{command}
```

with these options, from `config.json` of the run: {params}.

## Licence

Add the licence here; it must be compatible with the terms of the training data.

## Citation

Add the publication here. Trained with napari-devolearn.
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
    """Model card of a run, as Markdown.

    `reports`: at least one.
    `data`: description of the training data, and their terms.
    `images`: number of training and of held-out images.
    `weights`: number of parameters.
    `command`: that trains it again.
    """
    best = next(row for row in reversed(reports) if row.best)
    kind = f"slices, {spec.z_step:g} um apart" if spec.z_step else "greyscale"
    return _CARD.format(
        spec=spec,
        millions=weights / 1e6,
        channels=f"{spec.in_channels} {kind}",
        outputs=", ".join(spec.outputs),
        normalisation=_NORMALISATION[spec.normalisation],
        low=spec.percentiles[0],
        high=spec.percentiles[1],
        data=data or "Add a description of the training data and their terms here.",
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
        return f"none of {epochs} epochs was better than the initial weights, which are kept"
    if best.share < 1:
        return f"a mixture of the weights, {best.share:.0%} of the best of {epochs} epochs, else initial ones"
    return f"after epoch {best.epoch} of {epochs}, the best"


def _scores(best: EpochReport, reports: Sequence[EpochReport]) -> str:
    columns = {"this model": best}
    if reports[0].epoch == 0:
        columns = {"start": reports[0], **columns}
    head = [f"| score | {' | '.join(columns)} |", f"| --- |{' --- |' * len(columns)}"]
    rows = [[name, *(f"{row.scores[name]:.4f}" for row in columns.values())] for name in best.scores]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows)])
