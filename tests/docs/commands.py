"""Run a line of a shell block as in a user's terminal, in little time."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from code_blocks import ROOT
from napari_devolearn.cli import main
from short_forms import run_module, serve, shortened


def forget_outputs(block: str) -> None:
    """Delete outputs of earlier blocks of the page that this block writes again.

    Blocks show alternatives; only the lines of one block are run one after the other.
    """
    written = r"(?:-o |--json |--plot |--centroids |write_\w+\(\"|out=\")([^\s\"]+)"
    for name in re.findall(written, block):
        path = Path(name)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def run_line(line: str) -> None:
    """Run a line; the test fails if the command fails.

    Parameters
    ----------
    line : str
        A command with its arguments; text after ``#`` is a comment.
    """
    words = shlex.split(line, comments=True)
    if not words:
        return
    kept_back = [one for start, one in NOT_RUN.items() if " ".join(words).startswith(start)]
    run = kept_back[0].check if kept_back else _PROGRAMS.get(words[0], _unknown)
    run(words)


def _unknown(words: list[str]) -> None:
    pytest.fail(f"{' '.join(words)!r}: the tests of the pages cannot run this; see {__file__}")


def _ours(words: list[str]) -> None:
    arguments = shortened(words[1:])
    if arguments[0] == "serve":
        serve(arguments)
        return
    assert main(arguments) == 0, " ".join(words)


def _python(words: list[str]) -> None:
    assert words[1] == "-m", f"{words}: write python -m MODULE"
    run_module(words[2], words[3:])


def _check_extras(words: list[str]) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    named = re.findall(r"\[([\w,-]+)\]", " ".join(words))
    assert {name for names in named for name in names.split(",")} <= set(extras)


def _check_script(words: list[str]) -> None:
    assert os.access(ROOT / words[0], os.X_OK), words[0]


class KeptBack(NamedTuple):
    """A command that no test of the pages runs."""

    reason: str
    check: Callable[[list[str]], None]


NOT_RUN = {
    "pip install": KeptBack("fetches packages; the extras that it names are ours", _check_extras),
    "python -m venv": KeptBack("makes an environment", lambda _: None),
    "conda": KeptBack("makes an environment", lambda _: None),
    "./scripts/demo": KeptBack("makes an environment, then runs 'napari-devolearn demo'", _check_script),
    "./scripts/test": KeptBack("runs this test", _check_script),
}
"""By how the command begins."""

_PROGRAMS: dict[str, Callable[[list[str]], None]] = {"napari-devolearn": _ours, "python": _python}
