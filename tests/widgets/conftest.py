"""A napari window with the tiny embryo, and the Segment dock beside it."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from napari.layers import Image
from napari.utils.notifications import notification_manager
from napari.viewer import Viewer
from npe2 import PluginManifest
from pytestqt.qtbot import QtBot
from qtpy.QtGui import QGuiApplication

from helpers.counting_model import GatedModel, aging_movie
from helpers.docks.common import SECONDS, add_embryo, up_to_date
from napari_devolearn.inference.runs import resume_cache as kept
from napari_devolearn.simulate.embryo import SimulatedEmbryo
from napari_devolearn.widgets.common.form import settings
from napari_devolearn.widgets.populations import counting
from napari_devolearn.widgets.populations.dock import PopulationsDock
from napari_devolearn.widgets.segment import estimate
from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.session import Session

_ALL = 25  # tests between searches of everything

_tests = 0


def pytest_runtest_setup() -> None:
    """Exclude what exists from garbage collection, which napari's windows ask for often: 0.3 s each time."""
    global _tests
    if _tests % _ALL == 0:
        gc.unfreeze()  # windows that were still being deleted
    _tests += 1
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def manifests() -> Iterator[None]:
    """Read the manifests of plugins once; napari reads all of them again for each window."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PluginManifest, "from_file", functools.cache(PluginManifest.from_file))
        yield


@pytest.fixture(autouse=True)
def _networks_compiled_once(shared_networks: None) -> None:
    """Docks load the same models again and again."""


@pytest.fixture(autouse=True)
def kept_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty folders for stored runs, paces and settings."""
    monkeypatch.setattr(settings, "settings_file", lambda: tmp_path / "docks.json")
    monkeypatch.setattr(kept, "cache_folder", lambda: tmp_path / "kept")
    monkeypatch.setattr(estimate, "pace_file", lambda: tmp_path / "pace.json")
    return tmp_path / "kept"


@pytest.fixture
def viewer(make_napari_viewer: Callable[[], Viewer]) -> Viewer:
    """A napari window."""
    if QGuiApplication.platformName() == "offscreen":
        pytest.skip("napari draws layers with OpenGL, which Qt's offscreen platform lacks: use xvfb-run")
    return make_napari_viewer()


@pytest.fixture
def image(viewer: Viewer, tiny_embryo: SimulatedEmbryo) -> Image:
    """Layer with three frames of (6, 48, 64); the current slice is t = 0, z = 3, the nuclei's centre."""
    layer = add_embryo(viewer, tiny_embryo)
    viewer.dims.current_step = (0, 3, 0, 0)
    return layer


@pytest.fixture
def dock(viewer: Viewer, image: Image, qtbot: QtBot) -> SegmentDock:
    """The Segment dock, opened as by napari's menu."""
    _, widget = viewer.window.add_plugin_dock_widget("napari-devolearn", "Segment")
    return widget


@pytest.fixture
def notes() -> list[str]:
    """Texts of napari's notifications since the test began; the list grows."""
    messages: list[str] = []

    def keep(event: object) -> None:
        messages.append(event.message)  # type: ignore[attr-defined]

    notification_manager.notification_ready.connect(keep)
    yield messages
    notification_manager.notification_ready.disconnect(keep)


@pytest.fixture
def run(dock: SegmentDock, image: Image, qtbot: QtBot) -> Callable[[str], Session]:
    """Run a scope to its end, with all labels written."""

    def run_scope(scope: str = "current slice") -> Session:
        dock.choice.scope.choice.value = scope
        dock.run_block.run.native.click()
        qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
        session = dock.sessions.of_image(image)[-1]
        qtbot.waitUntil(lambda: up_to_date(session), timeout=SECONDS)
        return session

    return run_scope


@pytest.fixture
def counting_model(monkeypatch: pytest.MonkeyPatch) -> GatedModel:
    """The model loaded by the Lineage populations dock; it lets every frame through."""
    model = GatedModel(1000)
    monkeypatch.setattr(counting, "load_in_background", lambda *_: model)
    monkeypatch.setattr(counting, "available_devices", lambda: ("cpu",))
    return model


@pytest.fixture
def populations(viewer: Viewer, counting_model: GatedModel, qtbot: QtBot, tmp_path: Path) -> PopulationsDock:
    """The Lineage populations dock, opened as by napari's menu, with its plot."""
    _, widget = viewer.window.add_plugin_dock_widget("napari-devolearn", "Lineage populations")
    (tmp_path / "tiny.json").write_text("{}")
    widget.model.add_file(tmp_path / "tiny.json")
    canvas = widget.curves.canvas
    qtbot.waitUntil(lambda: canvas.result is not None and not canvas.busy, timeout=SECONDS)
    return widget


@pytest.fixture
def aging_layer(viewer: Viewer, populations: PopulationsDock) -> Image:
    """Twelve RGB frames, 10 minutes of development apart, the first black; frame 6 is the current one."""
    return viewer.add_image(aging_movie(), name="embryo", rgb=True)
