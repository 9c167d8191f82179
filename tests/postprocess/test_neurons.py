from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn._types import Probability
from napari_devolearn.postprocess.neurons import GAP, label_neurons

SIZE = (1.0, 0.5, 0.5)  # um


@pytest.fixture
def cells() -> Probability:
    """(60, 120) pixels of 0.5 um: a soma with a broken neurite, a larger one, and a speck.

    A letter is 5 x 5 um; the breaks are 2 and 6 um wide::

        . . . . . . . . . . . .
        . A A - - | - -   - - .
        . A A . . . . . . . . .
        . . . . . . . . B B B .
        . * . . . . . . B B B .
        . . . . . . . . B B B .
    """
    probability = np.zeros((60, 120), np.uint8)
    probability[10:30, 10:30] = 255
    probability[12:16, 30:50] = 255
    probability[12:16, 54:74] = 255
    probability[12:16, 86:110] = 255
    probability[32:60, 80:110] = 255
    probability[44:48, 12:16] = 255
    return probability


def test_a_neurite_is_joined_to_its_soma_over_short_breaks_only(cells: Probability) -> None:
    labels = label_neurons(cells, 0.5, SIZE)
    assert labels[20, 20] == labels[14, 40] == labels[14, 60] == 2
    assert labels[14, 52] == 0
    assert labels[50, 90] == 1
    assert labels[14, 100] == 0  # lies 6 um from the rest, and is smaller than any soma
    assert labels[46, 14] == 0
    assert labels.max() == 2
    assert GAP == 3.0


def test_the_minimum_diameter_and_debris(cells: Probability) -> None:
    assert label_neurons(cells, 0.5, SIZE, min_diameter=0).max() == 2
    assert label_neurons(cells, 0.5, SIZE, min_diameter=15).max() == 1


@pytest.mark.parametrize("shape", [(8, 8), (2, 8, 8), (0, 8)])
def test_an_empty_mask_has_no_labels(shape: tuple[int, ...]) -> None:
    labels = label_neurons(np.zeros(shape, np.uint8), 0.5, SIZE)
    assert labels.shape == shape
    assert not labels.any()
