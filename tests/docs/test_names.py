"""Menus, buttons, fields and options have the same names in the docs as in the program."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from code_blocks import PAGES, ROOT, name_of
from napari_devolearn.cli import _make_parser

PACKAGE = ROOT / "src" / "napari_devolearn"
STEPS = [
    ROOT / "docs" / "tutorial.md",
    *(
        path
        for path in sorted((ROOT / "docs" / "how-to").glob("*.md"))
        if path.stem not in ("cluster", "browser")
    ),
]
NAPARI = {"Remember this choice", "Split Stack", "Split RGB", "File > Save Selected Layers"}
NAPARI |= {"File > Preferences > Plugins"}
EMPHASIS = {
    "Click a row to go to the cell",
    "Correct some, not all",
    "Old images stay good",
    "held out",
    "Scores",
    "The plot",
    "The table",
    "Layers",
    "Real embryos.",
}
COMMON = {"--help", "--debug", "--output"}


def _bold(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    return [" ".join(found.split()) for found in re.findall(r"\*\*([^*]+?)\*\*", text)]


def _manifest() -> dict[str, set[str]]:
    """Menu paths, by their first menu."""
    given = yaml.safe_load((PACKAGE / "napari.yaml").read_text("utf-8"))["contributions"]
    title = {command["id"]: command["title"] for command in given["commands"]}
    return {
        "Plugins": {f"Plugins > DevoLearn > {dock['display_name']}" for dock in given["widgets"]},
        "File > Open Sample": {
            f"File > Open Sample > DevoLearn > {sample['display_name']}" for sample in given["sample_data"]
        },
        "File > IO Utilities": {
            f"File > IO Utilities > {title[item['command']]}"
            for item in given["menus"]["napari/file/io_utilities"]
        },
    }


def _texts() -> tuple[set[str], list[str]]:
    """Strings of the docks, and patterns of f-strings."""
    patterns = []
    constants = {path.rpartition(" > ")[2] for path in _manifest()["Plugins"]}
    for path in (PACKAGE / "widgets").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                constants.add(node.value.removeprefix("▸ "))  # of the folded part of a dock
            elif isinstance(node, ast.keyword) and isinstance(node.value, ast.JoinedStr):
                parts = [
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
                    for part in node.value.values
                ]
                if node.arg in ("text", "label"):
                    patterns.append("".join(parts))
    return constants, patterns


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_menu_paths_are_those_of_the_manifest(page: Path) -> None:
    for text in _bold(page):
        for menu, paths in _manifest().items():
            if text.startswith(f"{menu} >"):
                assert text in paths, f"{name_of(page)}: {text}"


@pytest.mark.parametrize("page", STEPS, ids=name_of)
def test_buttons_and_fields_are_those_of_the_docks(page: Path) -> None:
    constants, patterns = _texts()
    # "Result" and "Ground truth" are made from the lower-case names of the two sides
    known = constants | {text.capitalize() for text in constants} | NAPARI | EMPHASIS
    names = [part for text in _bold(page) if "DevoLearn >" not in text for part in text.split(" > ")]
    whole = {text for text in _bold(page) if text in known or text.startswith("File > ")}
    wrong = [
        name
        for name in names
        if name not in known
        and not any(name in text for text in whole)
        and not any(re.fullmatch(pattern, name) for pattern in patterns)
    ]
    assert wrong == []


def test_a_button_that_does_not_exist_is_found() -> None:
    constants, patterns = _texts()
    assert "Run" in constants
    assert "Save table…" not in constants
    assert not any(re.fullmatch(pattern, "Save table…") for pattern in patterns)


def _sections() -> Iterator[tuple[str, str]]:
    """Sections of the pages on the command line: subcommand and text."""
    for name in ("cli.md", "cli-training.md"):
        text = (ROOT / "docs" / "reference" / name).read_text("utf-8")
        for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
            title, _, body = section.partition("\n")
            yield title.strip(), body


def _subcommands() -> dict[str, argparse.ArgumentParser]:
    actions = [action for action in _make_parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(actions[0].choices)


def test_each_subcommand_has_a_section() -> None:
    assert sorted(title for title, _ in _sections()) == sorted(_subcommands())


@pytest.mark.parametrize(("name", "text"), list(_sections()), ids=lambda value: value[:12])
def test_exactly_the_options_of_a_subcommand_are_documented(name: str, text: str) -> None:
    shown = [action for action in _subcommands()[name]._actions if action.help != argparse.SUPPRESS]
    options = {option for action in shown for option in action.option_strings if option.startswith("--")}
    documented = set(re.findall(r"`(--[a-z][a-z-]*)", text))
    assert documented - COMMON == options - COMMON
