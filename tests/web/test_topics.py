from __future__ import annotations

from helpers.bright_model import SPEC
from napari_devolearn.models.registry import bundled_models
from napari_devolearn.web.topics import in_order, topic_of


def test_nuclei_come_first_and_lineages_last() -> None:
    tasks = [files.spec.task for files in in_order(reversed(bundled_models()))]
    assert (tasks[0], tasks[-1]) == ("nucleus", "lineage")


def test_objects_are_counted_in_singular_and_plural() -> None:
    assert [topic_of(SPEC).count(n) for n in (0, 1, 2)] == ["0 nuclei", "1 nucleus", "2 nuclei"]
