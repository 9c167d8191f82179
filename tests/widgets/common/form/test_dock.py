from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from magicgui.widgets import Container, FloatSpinBox, PushButton
from napari.layers import Image
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QDockWidget, QWidget
from superqt import QCollapsible

from helpers.docks.common import SECONDS, threads_over
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.fields import Fields
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.run_block import RunBlock


class SomeDock(Dock):
    """A dock with an image and more parameters than fit on a screen."""

    def __init__(self, viewer: Viewer) -> None:
        super().__init__(viewer, RunBlock(tooltip="Run.", cancel="Stop."))
        self.image = LayerChoice(viewer, Image, label="Image", tooltip="An image.")
        self.fields = Fields(LinkParams, {"max_gap": {"label": "Longest gap", "suffix": " frames"}})
        self.many = [FloatSpinBox(label=f"A long label {n}") for n in range(40)]
        inner = Container(widgets=[FloatSpinBox(label="In a container")])
        self.closed = 0
        self.news: list[object] = []  # steps and ends in order
        self.lay_out(
            what=[self.image],
            how=[*self.many, Container(widgets=[inner], labels=False)],
            advanced=self.fields.some("max_gap"),
            restores=self.fields,
            result=[PushButton(text="Save…")],
        )
        self.clear_status_on(self.image, self.fields)

    def check(self) -> None:
        if not self.image.layers:
            raise ImageFormatError("No image: open one.")

    def on_step(self, step: object) -> None:
        super().on_step(step)
        self.news.append(step)

    def finish(self) -> str:
        self.news.append("finished")
        return "2 objects."

    def over(self) -> None:
        self.news.append("over")

    def release(self) -> None:
        super().release()
        self.closed += 1


def docked(viewer: Viewer, name: str) -> SomeDock:
    dock = SomeDock(viewer)
    viewer.window.add_dock_widget(dock, name=name)
    return dock


def holder(dock: Dock) -> QDockWidget:
    return dock.native.parent()


def test_docks_do_not_enlarge_the_window_and_share_tabs(viewer: Viewer, qtbot: QtBot) -> None:
    window = viewer.window._qt_window
    window.resize(1366, 768)
    viewer.show()
    size = window.size()
    one, two = docked(viewer, "one"), docked(viewer, "two")
    qtbot.waitUntil(lambda: window.tabifiedDockWidgets(holder(one)) == [holder(two)])
    assert window.size() == size
    for dock in (one, two):
        viewer.window.remove_dock_widget(dock.native)
    qtbot.waitUntil(lambda: window.size() == size)
    assert (one.closed, two.closed) == (1, 1)


def test_labels_are_aligned_in_all_sections(viewer: Viewer, qtbot: QtBot) -> None:
    dock = docked(viewer, "one")
    qtbot.waitUntil(lambda: not dock._settling.isActive())
    rows = [dock.image, *dock.many, dock.fields["max_gap"]]
    assert len({widget._labeled_widget()[0].native.width() for widget in rows}) == 1
    label = dock.many[0]._labeled_widget()[0].native
    assert label.minimumWidth() >= label.sizeHint().width()


def test_the_status_shows_what_is_missing_and_clears_old_outcomes(viewer: Viewer) -> None:
    dock = docked(viewer, "one")
    assert (dock.run_block.text, dock.run_block.run.enabled) == ("No image: open one.", False)
    viewer.add_image(np.zeros((4, 4)))
    assert (dock.run_block.text, dock.run_block.run.enabled) == ("", True)
    dock.run_block.end("Finished.")
    dock.fields["max_gap"].value = 5
    assert dock.run_block.text == ""


def test_defaults_are_restored_from_the_advanced_part(viewer: Viewer) -> None:
    dock = docked(viewer, "one")
    part = dock.native.findChild(QCollapsible)
    assert not part.isExpanded()
    dock.fields["max_gap"].value = 9
    button = next(b for b in part.findChildren(QWidget) if getattr(b, "text", str)() == "Restore defaults")
    button.click()
    assert dock.fields.params == LinkParams()


def test_a_closed_dock_is_disconnected_from_the_viewer(viewer: Viewer) -> None:
    dock = docked(viewer, "one")
    viewer.window.remove_dock_widget(dock.native)
    viewer.add_image(np.zeros((4, 4)))
    assert dock.image.layer is None


def test_steps_and_end_of_the_work_are_shown(viewer: Viewer, qtbot: QtBot) -> None:
    dock = docked(viewer, "one")
    dock.start(lambda: iter([1, 2]), "Counting…", 2)
    assert (dock.running, dock.run_block.text) == (True, "Counting…")
    qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
    assert dock.news == [1, 2, "over", "finished"]
    assert dock.run_block.text == "2 objects."


def test_cancel_shows_its_reason_and_ends_the_work_once(viewer: Viewer, qtbot: QtBot) -> None:
    dock = docked(viewer, "one")
    dock.cancel("nothing to leave")
    dock.start(lambda: iter([1, 2]), "Counting…")
    dock.run_block.cancel.native.click()
    qtbot.waitUntil(threads_over)
    assert dock.news == ["over", "finished"]
    assert dock.run_block.text == "Cancelled. 2 objects."
    dock.start(lambda: iter([1, 2]), "Counting…")
    viewer.window.remove_dock_widget(dock.native)
    qtbot.waitUntil(threads_over)
    assert dock.news == ["over", "finished"]


def test_work_stops_if_one_of_its_layers_is_removed(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.add_image(np.zeros((4, 4)), name="one")
    dock = docked(viewer, "one")
    dock.start(lambda: iter([1, 2]), "Counting…")
    viewer.add_image(np.zeros((4, 4)), name="two")
    assert (dock.image.layer.name, dock.running) == ("one", True)
    viewer.layers.remove("one")
    assert dock.run_block.text == "Stopped, because one was removed. 2 objects."
    qtbot.waitUntil(threads_over)


def failing() -> Iterator[int]:
    yield 1
    raise ValueError("no such frame; choose another")


def test_an_error_is_a_notification_and_a_status_and_not_an_end(
    viewer: Viewer, qtbot: QtBot, notes: list[str]
) -> None:
    dock = docked(viewer, "one")
    dock.start(failing, "Counting…")
    qtbot.waitUntil(lambda: not dock.running and threads_over(), timeout=SECONDS)
    assert dock.news == [1, "over"]
    assert notes == ["no such frame; choose another"]
    assert dock.run_block.text == "no such frame; choose another\nNothing was changed."


@pytest.mark.parametrize("dock_name", ["Segment"])
def test_an_open_dock_is_brought_to_the_front(viewer: Viewer, qtbot: QtBot, dock_name: str) -> None:
    from napari_devolearn.widgets.common.form.tabs import open_dock

    dock = open_dock(viewer, dock_name)
    assert open_dock(viewer, dock_name) is dock


def test_a_dock_opened_from_the_menu_is_not_opened_twice(viewer: Viewer, qtbot: QtBot) -> None:
    from napari._app_model import get_app_model

    from napari_devolearn.widgets.common.form.tabs import open_dock

    get_app_model().commands.execute_command("napari-devolearn.centroids_widget").result()
    (from_menu,) = viewer.window.dock_widgets.values()
    assert open_dock(viewer, "Centroids") is from_menu


def test_the_menu_entry_of_a_dock_behind_another_brings_it_to_the_front(viewer: Viewer, qtbot: QtBot) -> None:
    from napari._app_model import get_app_model

    viewer.show()
    choose = get_app_model().commands.execute_command
    shown = viewer.window._wrapped_dock_widgets
    for command in ("segment", "centroids"):
        choose(f"napari-devolearn.{command}_widget").result()
    one, two = (shown[f"{name} (DevoLearn)"] for name in ("Segment", "Centroids"))
    qtbot.waitUntil(lambda: two in viewer.window._qt_window.tabifiedDockWidgets(one))
    covered = one.visibleRegion
    qtbot.waitUntil(lambda: covered().isEmpty() and not two.visibleRegion().isEmpty())
    choose("napari-devolearn.segment_widget").result()
    qtbot.waitUntil(lambda: not covered().isEmpty())
    choose("napari-devolearn.segment_widget").result()  # in front: the menu entry closes it, as napari's do
    qtbot.waitUntil(one.isHidden)
