"""Few simulated images beside those of the user in fine-tuning."""

from __future__ import annotations

import pytest


def simulate_few(patch: pytest.MonkeyPatch) -> None:
    """Crops of two embryos for two epochs, and 8 for the score; 12 embryos take seconds to simulate."""
    from napari_devolearn.training.run import fine_tune, replay

    patch.setattr(replay, "_NUCLEI", (14,))
    patch.setattr(replay, "_CELLS", (12,))
    patch.setattr(fine_tune, "_OWN", 12)
    patch.setattr(fine_tune, "_REPLAYED_EPOCHS", 2)
    patch.setattr(fine_tune, "_MEASURED", 8)
