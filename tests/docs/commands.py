"""Run a line of a shell block as a user's terminal would, in this process and in little time."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from code_blocks import ROOT
from napari_devolearn.cli import _make_parser, main

# Real trainings, servers and clusters: hours, or machines that a test does not have. They are parsed; the
# demo has tests of its own.
_PARSED_ONLY = ("--recipe", "--scheduler", "--workers", "serve", "demo")
# What is appended, since the later of two options counts.
_SHORTER = {
    "train": ["--epochs", "1", "--batch", "2", "--crop", "32", "--quiet"],
    "simulate": ["--frames", "3", "--shape", "14,80,120", "--nuclei", "3"],
    "tune": ["--trials", "1", "--epochs", "1", "--quiet"],
}


def forget_outputs(block: str) -> None:
    """Remove what an earlier block of the page wrote under a name that this one writes again.

    Blocks show ways to do a thing; the lines of one block are meant to be run one after the other.
    """
    written = r"(?:-o |--json |--plot |--centroids |write_\w+\(\"|segment_to\(\")([^\s\"]+)"
    for name in re.findall(written, block):
        path = Path(name)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def run_line(line: str) -> None:
    """Run a line; a test fails if it does.

    Parameters
    ----------
    line : str
        A command with its arguments; what stands behind ``#`` is a comment.
    """
    words = shlex.split(line, comments=True)
    while words and ("=" in words[0] or words[0] == "xvfb-run"):
        words = words[1:] if words[0] != "xvfb-run" else words[words.index("--") + 1 :]
    if words:
        program = Path(words[0]).name if words[0].startswith(("./", ".venv/")) else words[0]
        _PROGRAMS.get(program, _unknown)(words)


def _unknown(words: list[str]) -> None:
    pytest.fail(f"{' '.join(words)!r}: the tests of the pages cannot run this; see {__file__}")


def _ours(words: list[str]) -> None:
    arguments = words[1:]
    if any(word in _PARSED_ONLY for word in arguments):
        _make_parser().parse_args(arguments)
        return
    assert main([*arguments, *_SHORTER.get(arguments[0], [])]) == 0, " ".join(words)


def _python(words: list[str]) -> None:
    """``python -m MODULE OPTION..``: the module is there and its help names the options."""
    if words[1] != "-m":
        assert (ROOT / words[1]).is_file(), words[1]
        return
    asked = subprocess.run(
        [sys.executable, "-m", words[2], "--help"], capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stderr
    for word in words[3:]:
        assert not word.startswith("-") or re.search(rf"(?<![\w-]){word}\b", asked.stdout), word


def _pip(words: list[str]) -> None:
    """The extras that it names are ours."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    named = re.findall(r"\[([\w,-]+)\]", " ".join(words))
    assert {name for names in named for name in names.split(",")} <= set(extras)


def _script(words: list[str]) -> None:
    assert os.access(ROOT / words[0], os.X_OK), words[0]


def _tox(words: list[str]) -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    environments = words[words.index("-e") + 1].split(",") if "-e" in words else []
    assert {f"testenv:{name}" for name in environments} <= set(tox.sections())


def _pytest(words: list[str]) -> None:
    for word in words[1:]:
        assert not word.startswith("tests/") or (ROOT / word.partition("::")[0]).exists(), word


def _elsewhere(_: list[str]) -> None:
    """Commands of other programs, with nothing of ours in them."""


_PROGRAMS: dict[str, Callable[[list[str]], None]] = {
    "napari-devolearn": _ours,
    "python": _python,
    "pip": _pip,
    "pytest": _pytest,
    "tox": _tox,
    "demo": _script,
    "test": _script,
    "napari": _elsewhere,
    "git": _elsewhere,
    "cd": _elsewhere,
    "dask": _elsewhere,
    "mkdocs": _elsewhere,
}
