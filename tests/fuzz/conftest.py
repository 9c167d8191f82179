"""Print the number of changed files of each format with each result."""

from __future__ import annotations

from typing import Any

from fuzz.answers import OUTCOMES


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if OUTCOMES:
        terminalreporter.section("answers to mangled files")
    for name, counted in OUTCOMES.items():
        told = ", ".join(f"{count} {outcome}" for outcome, count in counted.most_common())
        terminalreporter.line(f"{name:<12}{told}")
