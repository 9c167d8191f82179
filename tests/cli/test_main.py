"""One line and status 2 for what a user can mend; no Qt and no torch before they are needed."""

from __future__ import annotations

import errno
import subprocess
import sys

import pytest

from napari_devolearn import __version__
from napari_devolearn.cli import main, models


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "VERB"),
        (("frobnicate",), "frobnicate"),
        (("segment",), "INPUT"),
        (("segment", "a.tif"), "--output"),
        (("segment", "a.tif", "-o", "b.tif", "--wrong"), "--wrong"),
        (("segment", "a.tif", "-o", "b.tif", "--threshold", "high"), "--threshold"),
    ],
)
def test_a_wrong_command_line_is_one_line(fails, arguments, said) -> None:
    error = fails(*arguments)
    assert said in error
    assert "--help" in error


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (OSError(errno.EIO, "Input/output error", "/disk/t000.tif"), "/disk/t000.tif: Input/output error"),
        (MemoryError(), "memory"),
        (ValueError("first line\nsecond line"), "first line second line"),
    ],
)
def test_an_error_is_one_line(fails, monkeypatch, raised, said) -> None:
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


def test_a_programming_error_is_not_hidden(monkeypatch) -> None:
    def break_down(_: object) -> None:
        raise TypeError("ours")

    monkeypatch.setattr(models, "run", break_down)
    with pytest.raises(TypeError, match="ours"):
        main(["models"])


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
