"""Parameters of a training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from napari_devolearn.exceptions import refuse

Schedule = Literal["one-cycle", "plateau"]


@dataclass(frozen=True, kw_only=True)
class TrainParams:
    """Parameters of a training.

    Parameters
    ----------
    epochs : int
    batch : int
        Images per step.
    crop : int
        Edge of the square crops in pixels, a multiple of 32.
    learning_rate : float
        Peak of the one-cycle schedule, or initial value of the plateau schedule.
    seed : int
        For the initial weights, the order of the images and their augmentation.
    schedule : {"one-cycle", "plateau"}
        Up and down once over the run (Smith 2018), or down to a third each time the first score has not
        improved for more than 4 epochs.
    patience : int
        Stop after so many epochs without a better score; 0 to never stop early.
    ema : float
        Decay per step of the exponential moving average of the weights, such as 0.999; the averaged
        weights are evaluated and saved. 0 for no averaging.
    weight_decay : float
        Of AdamW.
    freeze : bool
        Do not train the first layers of a ResNet encoder, which change little with a few images and take
        half of the time, nor the statistics of batch norms, and train the other layers of the encoder at a
        tenth of the learning rate.
    workers : int
        Processes that prepare images; 0 to use the main process.

    Raises
    ------
    ParameterError
        If a value is invalid; the message lists every problem.
    """

    epochs: int = 45
    batch: int = 16
    crop: int = 256
    learning_rate: float = 3e-3
    seed: int = 0
    schedule: Schedule = "one-cycle"
    patience: int = 0
    ema: float = 0.0
    weight_decay: float = 0.01
    freeze: bool = False
    workers: int = 0

    def __post_init__(self) -> None:
        checks = (
            (self.epochs < 1, f"epochs {self.epochs} is below 1"),
            (self.batch < 1, f"batch {self.batch} is below 1"),
            (self.crop < 32 or self.crop % 32 != 0, f"crop {self.crop} is not a multiple of 32"),
            (not 0 < self.learning_rate < 1, f"learning_rate {self.learning_rate} is not between 0 and 1"),
            (self.seed < 0, f"seed {self.seed} is below 0"),
            (
                self.schedule not in get_args(Schedule),
                f"schedule {self.schedule!r} is not one of {get_args(Schedule)}",
            ),
            (self.patience < 0, f"patience {self.patience} is below 0"),
            (not 0 <= self.ema < 1, f"ema {self.ema} is not from 0 up to, not including, 1"),
            (not 0 <= self.weight_decay < 1, f"weight_decay {self.weight_decay} is not from 0 to 1"),
            (self.workers < 0, f"workers {self.workers} is below 0"),
        )
        refuse("TrainParams", checks)
