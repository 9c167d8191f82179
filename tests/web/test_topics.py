from __future__ import annotations

from dataclasses import replace

from bright_model import SPEC
from napari_devolearn.models.registry import bundled_models
from napari_devolearn.web.topics import in_order, topic_of


def test_nuclei_come_first_and_lineages_last() -> None:
    tasks = [files.spec.task for files in in_order(reversed(bundled_models()))]
    assert (tasks[0], tasks[-1]) == ("nucleus", "lineage")


def test_a_model_of_another_task_uses_its_own_description() -> None:
    spec = replace(SPEC, name="spindle", description="Spindles")
    object.__setattr__(spec, "task", "spindle")
    topic = topic_of(spec)
    assert (topic.title, topic.invitation) == ("Spindle", "Spindles.")
    assert [topic.count(n) for n in (0, 1, 2)] == ["0 objects", "1 object", "2 objects"]
