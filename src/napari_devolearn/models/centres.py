"""The shipped weights for nucleus centres."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.models.weights import check_weights, read_verified

if TYPE_CHECKING:
    from napari_devolearn.models.networks.centres import CentreNetwork

CENTRES = Path(__file__).parent / "weights" / "nucleus.centres.safetensors"

SHA256 = "5e420c4a458ffd036591b827f5d8478edae7f7dbbf4674119dec2954a6324fa9"


def verify_centres() -> bytes:
    """Read the weights and compare their SHA-256.

    Raises WeightsError if the file is missing or differs.
    """
    return read_verified(CENTRES, SHA256)


def load_centres() -> CentreNetwork:
    """Load the network for nucleus centres: evaluation mode, float32, on the CPU.

    Raises WeightsError if the file is missing or damaged.
    """
    from safetensors.torch import load

    from napari_devolearn.models.networks.centres import CentreNetwork

    network = CentreNetwork()
    network.load_state_dict(load(verify_centres()))
    check_weights(network, CENTRES)
    return network.eval()
