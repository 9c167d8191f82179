from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from helpers.drawn.discs import Discs, tiny_network
from helpers.files.prepared_pairs import write_prepared
from helpers.leftovers import nothing_left
from napari_devolearn.exceptions import TrainingError
from napari_devolearn.training.data.batches import load_batches
from napari_devolearn.training.fit.loop import iter_train
from napari_devolearn.training.fit.objective import SegmentObjective
from napari_devolearn.training.fit.outputs import open_outputs
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.plan import plan_preparation
from napari_devolearn.training.prepare.write import iter_prepare
from napari_devolearn.training.run.prepared import prepared_recipe
from napari_devolearn.training.run.run_folder import iter_run

SMALL = {"name": "small", "architecture": "plain-unet", "encoder": "width-2", "crop": 32, "epochs": 2}
WORKERS = [0, 2]


class BrokenError(OSError):
    """What the tests let happen in the middle of the work."""


class FragileDiscs(Discs):
    """The fourth image cannot be read."""

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        if index == 3:
            raise BrokenError("the disk is gone")
        return super().__getitem__(index)


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("fragile", ["train", "held out"])
def test_an_unreadable_image_leaves_no_processes(workers: int, fragile: str) -> None:
    train, held_out = (
        FragileDiscs() if fragile == name else Discs(5, (40, 24)) for name in ("train", "held out")
    )
    params = TrainParams(epochs=2, batch=2, workers=workers)
    with nothing_left():
        with pytest.raises(BrokenError) as failure:
            list(iter_train(tiny_network(), train, held_out, SegmentObjective(), params))
        assert not multiprocessing.active_children()
    assert failure.value.__traceback__  # was alive until here, and with it all frames that it went through


@pytest.mark.parametrize("workers", WORKERS)
def test_closing_a_training_leaves_no_processes(workers: int) -> None:
    params = TrainParams(epochs=2, batch=2, workers=workers)
    with nothing_left():
        steps = iter_train(tiny_network(), Discs(), Discs(5, (40, 24)), SegmentObjective(), params)
        next(steps)
        steps.close()
        assert not multiprocessing.active_children()


def test_closing_batches_and_outputs_ends_their_processes() -> None:
    with nothing_left():
        for opened in (
            load_batches(Discs(), [[0], [1], [2], [3]], 2, "cpu"),
            open_outputs(tiny_network().eval(), Discs(), workers=2),
        ):
            with opened as steps:
                next(steps)
                assert len(multiprocessing.active_children()) == 2
            assert not multiprocessing.active_children()


class DeadlyDiscs(Discs):
    """The fourth image kills the process that reads it."""

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        if index == 3:
            os._exit(1)
        return super().__getitem__(index)


@pytest.mark.skipif(not hasattr(signal, "SIGCHLD"), reason="Windows has no SIGCHLD")
def test_workers_leave_the_signal_handler_of_ended_processes() -> None:
    """Torch's own handler killed processes later: Linux could not call it on a small alternative stack."""
    before = signal.getsignal(signal.SIGCHLD)
    with load_batches(Discs(), [[0], [1]], 2, "cpu") as steps:
        next(steps)
        assert signal.getsignal(signal.SIGCHLD) is before
    assert signal.getsignal(signal.SIGCHLD) is before


def test_a_worker_that_dies_is_reported() -> None:
    with (
        pytest.raises(TrainingError, match=r"a worker process ended unexpectedly.*--workers 0"),
        nothing_left(),
        load_batches(DeadlyDiscs(), [[0], [3]], 1, "cpu") as steps,
    ):
        list(steps)
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("error", [ConnectionResetError, EOFError, FileNotFoundError])
def test_a_worker_that_dies_while_it_sends_is_reported(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its images are in memory that only it could have handed over."""

    def lost(loader: Any) -> None:
        loader._workers[0].kill()
        raise error

    monkeypatch.setattr("torch.utils.data.dataloader._MultiProcessingDataLoaderIter.__next__", lost)
    with (
        pytest.raises(TrainingError, match="a worker process ended unexpectedly"),
        nothing_left(),
        load_batches(Discs(), [[0], [1]], 1, "cpu") as steps,
    ):
        next(steps)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_prepared(tmp_path / "data")


def test_a_closed_or_failed_run_leaves_no_processes(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnx", reason="the extra train is not installed")

    def broken(*_: object) -> None:
        raise BrokenError("the disk is full")

    recipe = prepared_recipe(data, SMALL)
    with nothing_left():
        steps = iter_run(recipe, data, tmp_path / "closed")
        next(steps)
        steps.close()
        monkeypatch.setattr("napari_devolearn.training.run.run_folder.write_curve", broken)
        with pytest.raises(BrokenError) as failure:
            list(iter_run(recipe, data, tmp_path / "failed"))
    assert failure.value.__traceback__


def test_a_closed_or_pruned_tuning_leaves_no_processes(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    optuna = pytest.importorskip("optuna", reason="the extra train is not installed")
    from napari_devolearn.training.tune.trials import TuneParams, iter_tune

    monkeypatch.setattr(optuna.Trial, "should_prune", lambda _: True)
    with nothing_left():
        steps = iter_tune(
            prepared_recipe(data, SMALL), data, tmp_path / "study", TuneParams(trials=2, epochs=2)
        )
        assert next(steps).state == "pruned"
        steps.close()


def test_a_closed_or_failed_preparation_leaves_no_files(
    tiny_ctc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_preparation([tiny_ctc], PrepareParams())
    save, calls = Image.Image.save, iter(range(100))

    def broken(*arguments: object) -> None:
        if next(calls) > 8:
            raise BrokenError("the disk is gone")
        save(*arguments)

    with nothing_left():
        steps = iter_prepare(plan, tmp_path / "closed")
        next(steps)
        steps.close()
        monkeypatch.setattr(Image.Image, "save", broken)
        with pytest.raises(OSError, match="the disk is gone") as failure:
            list(iter_prepare(plan, tmp_path / "failed"))
    assert failure.value.__traceback__
    assert not list(tmp_path.glob("closed/*")) + list(tmp_path.glob("failed/*"))


def test_predictions_are_computed_without_gradients() -> None:
    with open_outputs(tiny_network().eval(), Discs(1)) as steps:
        output, _ = next(steps)
        assert not output.requires_grad
        assert not torch.is_inference_mode_enabled()
