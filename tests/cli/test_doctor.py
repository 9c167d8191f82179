from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from napari_devolearn.cli import doctor, main
from napari_devolearn.cli.common import graphics
from napari_devolearn.cli.common.graphics import Graphics, probe_graphics
from napari_devolearn.models.registry import bundled_models


def test_the_report_lists_versions_devices_and_models(capsys) -> None:
    assert main(["doctor"]) == 0
    page = capsys.readouterr().out
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == [
        "System",
        "Packages",
        "Window",
        "Devices",
        "Models",
        "Cache",
    ]
    for files in bundled_models():
        assert re.search(rf"^{files.spec.name} .*{files.spec.sha256}, verified$", page, re.MULTILINE)
    assert re.search(r"^torch +\d", page, re.MULTILINE)
    assert re.search(r"^auto uses +(cpu|cuda|mps)", page, re.MULTILINE)


def test_the_report_contains_no_user_name(capsys, monkeypatch) -> None:
    home = Path(sys.executable).parents[1]
    monkeypatch.setattr(Path, "home", lambda: home)
    main(["doctor"])
    assert str(home) not in capsys.readouterr().out


def test_damaged_weights_are_a_problem(capsys, monkeypatch) -> None:
    from napari_devolearn.exceptions import WeightsError

    def damaged(_):
        raise WeightsError("nucleus.safetensors: not the weights of this model; reinstall")

    monkeypatch.setattr("napari_devolearn.models.weights.verify_weights", damaged)
    assert main(["doctor"]) == 2
    out, err = capsys.readouterr()
    assert "!! nucleus.safetensors: not the weights" in out
    assert "## Cache" in out  # the page goes on to its end
    assert err.startswith("error: doctor: ")
    assert len(err.splitlines()) == 1


def test_a_missing_package_is_a_problem(capsys, monkeypatch) -> None:
    monkeypatch.setattr(doctor, "_PACKAGES", ("no-such-package",))
    assert main(["doctor"]) == 2
    assert "!! no-such-package is missing; reinstall" in capsys.readouterr().out


def test_a_qt_that_does_not_start_is_a_problem(capsys, monkeypatch) -> None:
    monkeypatch.setattr(graphics, "_QT_SCRIPT", "raise ImportError('libEGL.so.1: cannot open')")
    monkeypatch.setattr(doctor, "_BINDINGS", ("numpy",))  # something that is surely installed
    assert main(["doctor"]) == 2
    assert "!! Qt does not start: ImportError: libEGL.so.1: cannot open" in capsys.readouterr().out


def test_a_package_that_cannot_be_imported_is_a_problem() -> None:
    code = "import sys; sys.modules['torch'] = None; from napari_devolearn.cli import main; main(['doctor'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "!! Devices: ModuleNotFoundError" in done.stdout
    assert done.stderr.startswith("error: doctor: ")
    assert "Traceback" not in done.stderr


@pytest.fixture
def drawn(monkeypatch):
    """A screen whose driver has loaded LLVM; the test sets whether triton works with it."""

    def survives(default: bool, isolated: bool) -> None:
        monkeypatch.setattr(doctor, "has_screen", lambda: True)
        monkeypatch.setattr(doctor, "_version", lambda _: "3.8.0")
        found = {False: default, True: isolated}
        monkeypatch.setattr(
            doctor,
            "probe_graphics",
            lambda *, isolated: Graphics("llvmpipe", "libLLVM-15.so.1", found[isolated]),
        )

    return survives


def test_the_driver_and_triton_are_reported(capsys, drawn) -> None:
    drawn(default=True, isolated=True)
    assert main(["doctor"]) == 0
    page = capsys.readouterr().out
    assert re.search(r"^OpenGL +llvmpipe$", page, re.MULTILINE)
    assert re.search(r"^triton +3\.8\.0$", page, re.MULTILINE)
    assert "known conflict" not in page


def test_a_triton_crash_avoided_by_isolation_is_reported(capsys, drawn) -> None:
    drawn(default=False, isolated=True)
    assert main(["doctor"]) == 0
    assert (
        "known conflict               triton 3.8.0 with libLLVM-15.so.1; isolated" in capsys.readouterr().out
    )


def test_a_triton_crash_despite_isolation_is_a_problem(capsys, drawn) -> None:
    drawn(default=False, isolated=False)
    assert main(["doctor"]) == 2
    assert "!! triton 3.8.0 with libLLVM-15.so.1 crashes the window; pip uninstall" in capsys.readouterr().out


def test_a_driver_is_probed_in_a_separate_process(monkeypatch) -> None:
    monkeypatch.setattr(
        graphics, "_SCRIPT", "print('a\\nb\\n/usr/lib/libLLVM.so', flush=True); import os; os.abort()"
    )
    assert probe_graphics(isolated=True) == Graphics("a, b", "libLLVM.so", triton_survives=False)
    monkeypatch.setattr(graphics, "_SCRIPT", "raise RuntimeError('no OpenGL here')")
    with pytest.raises(OSError, match="no OpenGL here"):
        probe_graphics(isolated=False)
