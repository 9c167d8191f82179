from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from npe2 import PluginManager, PluginManifest
from npe2.manifest.utils import import_python_name

ROOT = Path(__file__).parents[1]
MANIFEST = PluginManifest.from_distribution("napari-devolearn")


def test_the_root_links_to_the_manifest_in_the_package() -> None:
    assert (ROOT / "napari.yaml").resolve() == ROOT / "src/napari_devolearn/napari.yaml"


@pytest.mark.parametrize("command", MANIFEST.contributions.commands or [], ids=lambda c: c.id)
def test_every_command_resolves(command) -> None:
    assert callable(import_python_name(command.python_name))


def test_the_widget_parameter_has_the_name_that_napari_fills() -> None:
    from napari_devolearn.widgets.segment.dock import SegmentDock

    assert "napari_viewer" in inspect.signature(SegmentDock.__init__).parameters


def test_every_dock_is_in_one_menu_of_layers() -> None:
    menus = MANIFEST.contributions.menus or {}
    listed = [
        item.command for name, items in menus.items() if name.startswith("napari/layers/") for item in items
    ]
    assert sorted(listed) == sorted(widget.command for widget in MANIFEST.contributions.widgets or [])


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("t000.tif", True),
        ("T0123.tif", True),
        ("man_track007.tif", True),
        ("man_seg005.tif", True),
        ("man_seg_005_012.tif", True),
        ("mask042.tif", True),
        ("res_track.txt", True),
        ("embryo.ome.tif", True),
        ("embryo.tif", True),
        ("EMBRYO.TIFF", True),
        ("notes.txt", False),
    ],
)
def test_the_reader_claims_tifs_and_track_tables(name: str, ours: bool) -> None:
    manager = PluginManager()
    manager.register(MANIFEST)
    assert bool(list(manager.iter_compatible_readers([f"/some where/{name}"]))) is ours
