from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from code_blocks import PAGES, Block, blocks_of, name_of
from commands import NOT_RUN, forget_outputs, run_line
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
    """A drawing, or the content of a file."""


_RUN: dict[str, Callable[[Block, dict[str, Any]], None]] = {
    "sh": _shell,
    "python": _python,
    "json": _json,
    "text": _text,
}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_blocks_run(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tiny_embryo: SimulatedEmbryo,
    request: pytest.FixtureRequest,
) -> None:
    blocks = blocks_of(page)
    text = "\n".join(block.text for block in blocks if block.language != "text")
    fill(tmp_path, text, tiny_embryo)
    if re.search(r"-m research\.", text):
        monkeypatch.setenv("NAPARI_DEVOLEARN_DATA", str(request.getfixturevalue("data_folder")))
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    STAND_INS.get(name_of(page), lambda *_: None)(names, request)
    for block in blocks:
        if block.language != "text":
            forget_outputs(block.text)
        assert block.language in _RUN, f"{block.where}: say after the fence what it is: {', '.join(_RUN)}"
        _RUN[block.language](block, names)


def test_each_excluded_command_is_on_a_page() -> None:
    shell = [block.text for page in PAGES for block in blocks_of(page) if block.language == "sh"]
    lines = "".join(shell).splitlines()
    assert [start for start in NOT_RUN if not any(line.startswith(start) for line in lines)] == []
