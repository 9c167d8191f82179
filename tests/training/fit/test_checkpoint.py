from __future__ import annotations

import errno
from pathlib import Path

import pytest
import torch

from napari_devolearn.exceptions import OutputError, TrainingError
from napari_devolearn.training.fit.checkpoint import read_checkpoint, write_checkpoint
from napari_devolearn.training.fit.params import TrainParams


def test_a_checkpoint_round_trips(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    write_checkpoint(path, {"a": torch.arange(3), "n": [1, 2.5, "x"]}, TrainParams())
    state = read_checkpoint(path, TrainParams(workers=3))
    assert state["a"].tolist() == [0, 1, 2]
    assert state["n"] == [1, 2.5, "x"]


def test_a_full_disk_is_reported_and_the_last_checkpoint_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "checkpoint.pt"
    write_checkpoint(path, {"epoch": 1}, TrainParams())

    def full(stage: Path, content: object) -> int:
        stage.touch()
        raise OSError(errno.ENOSPC, "No space left on device", str(stage))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"checkpoint\.pt: cannot be written: the disk is full"):
        write_checkpoint(path, {"epoch": 2}, TrainParams())
    assert read_checkpoint(path, TrainParams())["epoch"] == 1
    assert list(tmp_path.iterdir()) == [path]


def test_code_in_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "ran",)  # type: ignore[return-value]

    path = tmp_path / "checkpoint.pt"
    torch.save({"params": Evil()}, path)
    with pytest.raises(TrainingError, match="not a readable checkpoint"):
        read_checkpoint(path, TrainParams())
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x03\x04 cut off"])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"checkpoint\.pt: not a readable checkpoint .* delete it"):
        read_checkpoint(path, TrainParams())
