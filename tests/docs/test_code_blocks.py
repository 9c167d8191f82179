"""Every code block of the README and of the pages does what the page says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from code_blocks import PAGES, Block, blocks_of
from commands import forget_outputs, run_line
from napari_devolearn.simulate.embryo import SimulatedEmbryo
from stand_ins import STAND_INS
from user_folder import fill


def _shell(block: Block, _: dict[str, Any]) -> None:
    for line in block.text.replace("\\\n", " ").splitlines():
        run_line(line)


def _python(block: Block, names: dict[str, Any]) -> None:
    exec(compile(block.text, block.where, "exec"), names)


def _json(block: Block, _: dict[str, Any]) -> None:
    json.loads(block.text)


def _text(_: Block, __: dict[str, Any]) -> None:
    """A drawing, or what a file holds."""


_RUN: dict[str, Callable[[Block, dict[str, Any]], None]] = {
    "sh": _shell,
    "python": _python,
    "json": _json,
    "text": _text,
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_blocks_run(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tiny_embryo: SimulatedEmbryo,
    request: pytest.FixtureRequest,
) -> None:
    blocks = blocks_of(page)
    fill(tmp_path, "\n".join(block.text for block in blocks if block.language != "text"), tiny_embryo)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    STAND_INS.get(page.name, lambda *_: None)(names, request)
    for block in blocks:
        if block.language != "text":
            forget_outputs(block.text)
        assert block.language in _RUN, f"{block.where}: say after the fence what it is: {', '.join(_RUN)}"
        _RUN[block.language](block, names)
