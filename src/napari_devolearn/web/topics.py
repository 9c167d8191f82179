"""Texts of the page of each model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from napari_devolearn.models.registry import ModelFiles
from napari_devolearn.models.spec import ModelSpec


@dataclass(frozen=True)
class Topic:
    """Texts of a page: its title, the objects in singular and plural, and which images to use."""

    title: str
    one: str
    objects: str
    invitation: str

    def count(self, number: int) -> str:
        """Number and name of the objects."""
        return f"{number} {self.one if number == 1 else self.objects}"


_TOPICS = {
    "nucleus": Topic(
        "Nuclei",
        "nucleus",
        "nuclei",
        "Use a slice, a stack or a time-lapse of labelled nuclei, such as histone::GFP.",
    ),
    "membrane": Topic(
        "Membranes", "cell", "cells", "Use a stack or a time-lapse of labelled membranes, such as PH::GFP."
    ),
    "neuron": Topic("Neurons", "cell", "cells", "Use an image of live neurons in bright field."),
    "embryo": Topic(
        "Embryo outline",
        "embryo",
        "embryos",
        "Use a slice, a stack or a time-lapse of a fluorescent embryo.",
    ),
    "lineage": Topic(
        "Lineage populations",
        "cell",
        "cells",
        "Use a movie of an embryo's nuclei, as projections or as volumes.",
    ),
}
"""By task, in the order of the pages."""


def topic_of(spec: ModelSpec) -> Topic:
    """Texts for a model."""
    return _TOPICS[spec.task]


def in_order(models: Iterable[ModelFiles]) -> tuple[ModelFiles, ...]:
    """Models in the order of their pages."""
    tasks = list(_TOPICS)
    return tuple(sorted(models, key=lambda files: tasks.index(files.spec.task)))
