"""Triton together with OpenGL drivers that use LLVM; with a window in ``tests/widgets/test_mesa.py``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from napari_devolearn.models.networks import triton
from napari_devolearn.models.networks.triton import foreign_llvm, isolate_triton

pytestmark = pytest.mark.skipif(
    not hasattr(os, "RTLD_DEEPBIND"), reason="only glibc binds a library to itself"
)


@pytest.fixture
def finders(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Python's module finders, without those added by earlier tests."""
    monkeypatch.setattr(
        sys, "meta_path", [f for f in sys.meta_path if not isinstance(f, triton._TritonFinder)]
    )
    return sys.meta_path


@pytest.fixture
def mapped(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Libraries that were mapped, and how."""
    libraries: list[tuple[str, int]] = []
    monkeypatch.setattr(triton.ctypes, "CDLL", lambda name, mode: libraries.append((name, mode)))
    return libraries


def test_only_one_finder_is_installed(finders: list[object]) -> None:
    before = len(finders)
    isolate_triton()
    isolate_triton()
    assert len(finders) == before + 1


@pytest.mark.parametrize("llvm", ["/usr/lib/libLLVM-15.so.1", None])
def test_triton_binds_to_its_own_llvm(
    llvm: str | None,
    tmp_path: Path,
    finders: list[object],
    mapped: list[tuple[str, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = tmp_path / "libtriton.so"
    library.touch()
    monkeypatch.setattr(triton, "foreign_llvm", lambda: llvm)
    isolate_triton()
    assert finders[0].find_spec("triton._C.libtriton", [str(tmp_path)]) is None  # type: ignore[attr-defined]
    assert mapped == ([(str(library), os.RTLD_NOW | os.RTLD_DEEPBIND)] if llvm else [])


def test_other_modules_are_imported_normally(
    finders: list[object], mapped: list[tuple[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "libtriton.so").touch()
    monkeypatch.setattr(triton, "foreign_llvm", lambda: "/usr/lib/libLLVM-15.so.1")
    isolate_triton()
    finders[0].find_spec("triton", [str(tmp_path)])  # type: ignore[attr-defined]
    assert mapped == []


def test_llvm_of_a_driver_is_found_among_mapped_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps = tmp_path / "maps"
    maps.write_text(
        "7f00-7f01 r-xp 00000000 fe:00 1    /usr/lib/libc.so.6\n"
        "7f01-7f02 r-xp 00000000 fe:00 2    /usr/lib/a folder/libLLVM-15.so.1\n"
        "7f02-7f03 rw-p 00000000 00:00 0\n"
    )
    monkeypatch.setattr(triton, "_MAPS", maps)
    assert foreign_llvm() == "/usr/lib/a folder/libLLVM-15.so.1"
    maps.write_text("7f02-7f03 rw-p 00000000 00:00 0\n")
    assert foreign_llvm() is None
    monkeypatch.setattr(triton, "_MAPS", tmp_path / "none, as on macOS")
    assert foreign_llvm() is None
