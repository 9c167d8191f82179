from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import napari_devolearn
from code_blocks import ROOT
from napari_devolearn.models.registry import bundled_models

FILES = [
    *(path for folder in (".github", ".napari-hub") for path in sorted((ROOT / folder).rglob("*.yml"))),
    ROOT / ".pre-commit-config.yaml",
    ROOT / "CITATION.cff",
]
CARD = (
    "Intended use",
    "Model",
    "Training data",
    "Evaluation",
    "Limitations",
    "Training",
    "Licence",
    "Citation",
)


def _read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_yaml_files_parse(path: Path) -> None:
    assert isinstance(yaml.safe_load(path.read_text("utf-8")), dict)


def test_workflows_have_triggers_and_jobs_with_steps() -> None:
    workflows = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    assert [path.stem for path in workflows] == ["docs", "publish", "tests"]
    for path in workflows:
        workflow = yaml.safe_load(path.read_text("utf-8"))
        assert workflow[True], path.name  # YAML reads the key "on" as true
        for job in workflow["jobs"].values():
            assert all(("uses" in step) != ("run" in step) for step in job["steps"])


def test_workflows_test_the_versions_that_the_package_claims() -> None:
    matrix = _read(".github/workflows/tests.yml")["jobs"]["tests"]["strategy"]["matrix"]
    claimed = re.findall(r"Python :: (3\.\d+)", "\n".join(_project()["project"]["classifiers"]))
    assert set(claimed) <= set(matrix["python"])
    assert _project()["project"]["requires-python"] == f">={matrix['python'][0]}"
    assert {name.partition("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}


def test_workflows_install_extras_that_exist() -> None:
    text = (ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8")
    (extras,) = re.findall(r"--editable \"\.\[([\w,]+)\]\"", text)
    assert set(extras.split(",")) <= set(_project()["project"]["optional-dependencies"])


def test_the_version_is_the_same_everywhere() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", changelog, re.MULTILINE)
    citation = _read("CITATION.cff")
    assert versions[0] == ("Unreleased", "")
    assert versions[1] == (napari_devolearn.__version__, str(citation["date-released"]))
    assert citation["version"] == napari_devolearn.__version__


def test_the_citation_has_what_the_format_requires() -> None:
    citation = _read("CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["license"] == _project()["project"]["license"]
    for reference in citation["references"]:
        assert {"type", "title", "authors"} <= set(reference)


def test_model_cards_have_the_usual_headings() -> None:
    for files in bundled_models():
        headings = re.findall(r"^## (.+)$", files.card.read_text("utf-8"), re.MULTILINE)
        assert tuple(headings) == CARD, files.card.name
