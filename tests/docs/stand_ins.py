"""Substitutes for what the pages assume: a cluster, a table of counts, DevoLearn's files; and less work."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from helpers.few_simulated import simulate_few

Names = dict[str, Any]

_ELSEWHERE = "tcp://host:8786"


def _cluster(_: Names, request: pytest.FixtureRequest) -> None:
    """Slurm, Kubernetes and a remote scheduler: each is a cluster of one thread, at its real address."""
    distributed = pytest.importorskip("distributed")
    patch = request.getfixturevalue("monkeypatch")
    cluster = distributed.LocalCluster(
        n_workers=1, processes=False, protocol="tcp://", dashboard_address=None
    )
    request.addfinalizer(cluster.close)
    near = SimpleNamespace(scale=lambda **_: None)

    def make(**_: Any) -> Any:
        return near

    class Client(distributed.Client):  # type: ignore[misc, name-defined]
        def __init__(self, address: Any, **options: Any) -> None:
            if address in (near, _ELSEWHERE):
                address = cluster.scheduler_address
            super().__init__(address, **options)
            request.addfinalizer(self.close)

    patch.setattr(distributed, "Client", Client)
    for module, name in (("dask_jobqueue", "SLURMCluster"), ("dask_kubernetes.operator", "KubeCluster")):
        stand_in = ModuleType(module)
        setattr(stand_in, name, make)
        patch.setitem(sys.modules, module.partition(".")[0], ModuleType(module))
        patch.setitem(sys.modules, module, stand_in)


def _workers_in_this_process(_: Names, request: pytest.FixtureRequest) -> None:
    """Workers are threads; the page on clusters starts processes."""
    distributed = pytest.importorskip("distributed")
    threads = partial(distributed.LocalCluster, processes=False)
    request.getfixturevalue("monkeypatch").setattr(distributed, "LocalCluster", threads)


def _one_frame(_: Names, request: pytest.FixtureRequest) -> None:
    """The demo segments one frame of its sample."""
    from napari_devolearn.cli import demo

    request.getfixturevalue("monkeypatch").setattr(demo, "_FRAMES", 1)


def _devolearns_files(_: Names, request: pytest.FixtureRequest) -> None:
    """Networks as saved by DevoLearn, with random weights."""
    import torch

    from helpers.files.onnx_files import write_onnx
    from napari_devolearn.models.networks.build import _segmentation_models

    models = _segmentation_models()
    network = models.FPN(
        "resnet18", encoder_weights=None, in_channels=1, classes=1, activation="sigmoid"
    ).eval()
    write_onnx(network, Path("membrane_segmentor.onnx"), (1, 1, 256, 256), {})
    torch.save(network.state_dict(), "nucleus.pth")
    torch.save(network, "cell_nucleus_segmentation_model.pth")
    encoder = models.encoders.get_encoder("resnet18", in_channels=3, weights=None)
    last = {"fc.weight": torch.zeros(7, 512), "fc.bias": torch.arange(7.0) / 7}
    torch.save({**encoder.state_dict(), **last}, "estimate_lineage_population.pth")
    # torch at the time of DevoLearn loaded pickles by default
    request.getfixturevalue("monkeypatch").setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")


def _projections(names: Names, _: pytest.FixtureRequest) -> None:
    """A movie of nine frames, and one of its frames."""
    bright = np.zeros((9, 64, 96), np.uint8)
    for t, frame in enumerate(bright):
        frame[28:36, 20 : 60 + 2 * t : 10] = 200
    names.update(movie=bright, image=bright[0])


def _counts(names: Names, _: pytest.FixtureRequest) -> None:
    """A table of counts."""
    import pandas as pd

    from napari_devolearn.lineage.founders import FOUNDERS

    names["table"] = pd.DataFrame({"frame": [0, 1], **{lineage: [1, 2] for lineage in FOUNDERS}})


def _few_trials(_: Names, request: pytest.FixtureRequest) -> None:
    """A study of two trials of one epoch, whatever the page requests, and few simulated images."""
    from napari_devolearn.training.tune import trials as tune

    def params(trials: int, **_: object) -> tune.TuneParams:
        return whole(trials=min(trials, 2), epochs=1)

    whole = tune.TuneParams
    patch = request.getfixturevalue("monkeypatch")
    patch.setattr(tune, "TuneParams", params)
    simulate_few(patch)


def _no_embryo(_: Names, __: pytest.FixtureRequest) -> None:
    """The small image of the user has a few nuclei, for which a warning says that there is no embryo."""
    warnings.filterwarnings("ignore", message=".*frame .*", category=UserWarning)


STAND_INS: dict[str, Callable[[Names, pytest.FixtureRequest], None]] = {
    "docs/install.md": _one_frame,
    "docs/how-to/cluster.md": _cluster,
    "docs/reference/cli.md": _workers_in_this_process,
    "docs/reference/models-devolearn.md": _devolearns_files,
    "docs/reference/models-embryo.md": _no_embryo,
    "docs/reference/models-lineage.md": _projections,
    "docs/how-to/train.md": _few_trials,
    "docs/reference/training.md": _few_trials,
    "docs/how-to/lineages.md": _counts,
}
