"""A small data set on disk, and the command line called as a function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from napari_devolearn.cli import main
from napari_devolearn.simulate.dataset import write_embryo
from napari_devolearn.simulate.embryo import SimulatedEmbryo

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Call with arguments of any type; returns exit status, standard output and standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def fails(run: Run) -> Callable[..., str]:
    """Call a command that must end with status 2 and one line on standard error; returns that line."""

    def call(*arguments: object) -> str:
        status, _, error = run(*arguments)
        assert status == 2
        assert error.startswith("error: ")
        assert error.count("\n") == 1
        return error

    return call


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory, tiny_embryo: SimulatedEmbryo) -> Path:
    """`tiny_embryo` as a data set: 3 frames of (6, 48, 64) voxels of (1, 0.5, 0.5) um."""
    return write_embryo(tmp_path_factory.mktemp("cli") / "data set é", tiny_embryo)


@pytest.fixture(autouse=True)
def _networks_compiled_once(shared_networks: None) -> None:
    """Every command loads its model."""
