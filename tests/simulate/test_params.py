from __future__ import annotations

from typing import Any

import pytest

from napari_devolearn.simulate.params import SimulateParams


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"seed": -1}, "seed -1"),
        ({"frames": 0}, "frames 0"),
        ({"shape": (160, 240)}, "shape (160, 240)"),
        ({"shape": (25, 0, 240)}, "shape (25, 0, 240)"),
        ({"voxel_size": (1.0, 0.0, 0.25)}, "voxel_size"),
        ({"frame_interval": float("nan")}, "frame_interval nan"),
        ({"nuclei": 0}, "nuclei 0"),
        ({"eggshell": (25.0, -30.0, 50.0)}, "eggshell (25.0, -30.0, 50.0)"),
        ({"noise": -0.1}, "noise -0.1"),
        ({"nuclei": 1000}, "1000 nuclei"),
        ({"shape": (6, 48, 64)}, "do not fit into an egg of 5.4 x 10.8 x 14.4 um"),
        ({"eggshell": (26.0, 30.0, 50.0)}, "larger than the field of 25 x 40 x 60 um"),
        ({"voxel_size": (1.0, 2.0, 2.0)}, "too coarse"),
    ],
)
def test_invalid_values_are_refused(values: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match="simulation: ") as error:
        SimulateParams(**values)
    assert problem in str(error.value)


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(ValueError, match=r"seed -1 .*; frames 0 .*; nuclei 0 "):
        SimulateParams(seed=-1, frames=0, nuclei=0)


def test_the_egg_has_real_size_if_it_fits() -> None:
    assert SimulateParams().egg == (22.5, 30.0, 50.0)
    assert SimulateParams(eggshell=(20.0, 25.0, 30.0)).egg == (20.0, 25.0, 30.0)
