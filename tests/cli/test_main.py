from __future__ import annotations

import errno
import subprocess
import sys

import pytest

from napari_devolearn import __version__
from napari_devolearn.cli import centroids, main, models
from napari_devolearn.exceptions import ParameterError


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "SUBCOMMAND"),
        (("frobnicate",), "frobnicate"),
        (("segment",), "INPUT"),
        (("segment", "a.tif"), "--output"),
        (("segment", "a.tif", "-o", "b.tif", "--wrong"), "--wrong"),
        (("segment", "a.tif", "-o", "b.tif", "--threshold", "high"), "--threshold"),
    ],
)
def test_a_wrong_command_line_gives_a_one_line_error(fails, arguments, said) -> None:
    error = fails(*arguments)
    assert said in error
    assert "--help" in error


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (OSError(errno.EIO, "Input/output error", "/disk/t000.tif"), "/disk/t000.tif: Input/output error"),
        (MemoryError(), "memory"),
        (ParameterError("first line\nsecond line"), "error: first line second line"),
        (RecursionError("too deep"), "models: unexpected error (too deep)"),
        (TypeError("int() argument"), "TypeError: int() argument"),
        (ValueError("Exceeds the limit (4300 digits)"), "(Exceeds the limit (4300 digits)); check"),
        (RuntimeError("alloc_cpu.cpp: DefaultCPUAllocator: can't allocate memory"), "memory"),
    ],
)
def test_an_error_is_printed_as_one_line(fails, monkeypatch, raised, said) -> None:
    def fail(_: object) -> None:
        raise raised

    monkeypatch.setattr(models, "run", fail)
    assert said in fails("models")


def test_ctrl_c_ends_with_130_and_one_line(run, monkeypatch) -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(models, "run", stop)
    status, _, error = run("models")
    assert status == 130
    assert error.count("\n") == 1


def test_debug_adds_the_traceback(run, monkeypatch) -> None:
    def break_down(_: object) -> None:
        raise TypeError("ours")

    monkeypatch.setattr(models, "run", break_down)
    assert "Traceback" not in run("models")[2]
    status, _, error = run("models", "--debug")
    assert status == 2
    assert error.startswith("error: models: ")
    assert "Traceback" in error
    assert "break_down" in error


def test_an_unforeseen_error_names_the_input(fails, monkeypatch) -> None:
    def break_down(_: object) -> None:
        raise KeyError("axes")

    monkeypatch.setattr(centroids, "run", break_down)
    assert "error: a.tif: " in fails("centroids", "a.tif", "-o", "b.csv")


def test_version(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert __version__ in capsys.readouterr().out


def test_no_qt_is_loaded_by_a_run(dataset, tmp_path) -> None:
    code = (
        "import sys; from napari_devolearn.cli import main; assert main(sys.argv[1:]) == 0; "
        "print(*{m.partition('.')[0] for m in sys.modules} & {'napari', 'qtpy', 'PyQt6', 'vispy'})"
    )
    output = tmp_path / "labels.ome.tif"
    command = [
        sys.executable,
        "-c",
        code,
        "segment",
        str(dataset / "01"),
        "-o",
        str(output),
        "--frames",
        ":1",
    ]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    assert lines[-1] == ""


def test_control_characters_in_a_file_name_are_escaped(fails, tmp_path) -> None:
    said = fails("segment", tmp_path / "a\n\x1b[31mb.tif", "-o", tmp_path / "l.ome.tif")
    assert r"a \x1b[31mb.tif" in said
