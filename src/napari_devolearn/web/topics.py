"""Texts of the page of each model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from napari_devolearn.models.registry import ModelFiles
from napari_devolearn.models.spec import ModelSpec


@dataclass(frozen=True, kw_only=True)
class Topic:
    """Texts of a page.

    Parameters
    ----------
    title : str
        Title of the page.
    one, objects : str
        The objects, in singular and plural.
    invitation : str
        Which images to use, in one sentence.
    """

    title: str
    one: str
    objects: str
    invitation: str

    def count(self, number: int) -> str:
        """Number and name of the objects."""
        return f"{number} {self.one if number == 1 else self.objects}"


_TOPICS = {
    "nucleus": Topic(
        title="Nuclei",
        one="nucleus",
        objects="nuclei",
        invitation="Use a slice, a stack or a time-lapse of labelled nuclei, such as histone::GFP.",
    ),
    "membrane": Topic(
        title="Membranes",
        one="cell",
        objects="cells",
        invitation="Use a stack or a time-lapse of labelled membranes, such as PH::GFP.",
    ),
    "neuron": Topic(
        title="Neurons",
        one="cell",
        objects="cells",
        invitation="Use an image of live neurons in bright field.",
    ),
    "embryo": Topic(
        title="Embryo outline",
        one="embryo",
        objects="embryos",
        invitation="Use a slice, a stack or a time-lapse of a fluorescent embryo.",
    ),
    "lineage": Topic(
        title="Lineage populations",
        one="cell",
        objects="cells",
        invitation="Use a movie of an embryo's nuclei, as projections or as volumes.",
    ),
}
"""By task, in the order of the pages."""


def topic_of(spec: ModelSpec) -> Topic:
    """Texts for a model; for an unknown task from its description."""
    own = Topic(
        title=spec.name.capitalize(), one="object", objects="objects", invitation=f"{spec.description}."
    )
    return _TOPICS.get(spec.task, own)


def in_order(models: Iterable[ModelFiles]) -> tuple[ModelFiles, ...]:
    """Models in the order of their pages: known tasks first."""
    tasks = list(_TOPICS)
    place = {task: number for number, task in enumerate(tasks)}
    return tuple(sorted(models, key=lambda files: place.get(files.spec.task, len(tasks))))
