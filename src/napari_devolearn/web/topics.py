"""What each model is called on its page, in a biologist's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from napari_devolearn.models.registry import ModelFiles
from napari_devolearn.models.spec import ModelSpec


@dataclass(frozen=True, kw_only=True)
class Topic:
    """Words of a page.

    Parameters
    ----------
    title : str
        Of the page.
    one, objects : str
        What is found, in the singular and the plural.
    invitation : str
        What to bring, in one sentence.
    """

    title: str
    one: str
    objects: str
    invitation: str

    def count(self, number: int) -> str:
        """So many of them, in words."""
        return f"{number} {self.one if number == 1 else self.objects}"


_TOPICS = {
    "nucleus": Topic(
        title="Nuclei",
        one="nucleus",
        objects="nuclei",
        invitation="Bring a slice, a stack or a time-lapse of labelled nuclei, such as histone::GFP.",
    ),
    "membrane": Topic(
        title="Membranes",
        one="cell",
        objects="cells",
        invitation="Bring a stack or a time-lapse of labelled membranes, such as PH::GFP.",
    ),
    "neuron": Topic(
        title="Neurons",
        one="cell",
        objects="cells",
        invitation="Bring an image of living neuronal cells in bright field or phase contrast.",
    ),
    "embryo": Topic(
        title="Embryo outline",
        one="embryo",
        objects="embryos",
        invitation="Bring a slice, a stack or a time-lapse in which the embryo fluoresces.",
    ),
    "lineage": Topic(
        title="Lineage populations",
        one="cell",
        objects="cells",
        invitation="Bring a movie of an embryo's nuclei, as projections or as volumes.",
    ),
}
"""By task, in the order in which pages are shown."""


def topic_of(spec: ModelSpec) -> Topic:
    """Words for a model; for one that is not known here, those of its own description.

    Parameters
    ----------
    spec : ModelSpec

    Returns
    -------
    Topic
    """
    own = Topic(
        title=spec.name.capitalize(), one="object", objects="objects", invitation=f"{spec.description}."
    )
    return _TOPICS.get(spec.task, own)


def in_order(models: Iterable[ModelFiles]) -> tuple[ModelFiles, ...]:
    """Models as pages are shown: those of known tasks first."""
    tasks = list(_TOPICS)
    place = {task: number for number, task in enumerate(tasks)}
    return tuple(sorted(models, key=lambda files: place.get(files.spec.task, len(tasks))))
