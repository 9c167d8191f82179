from __future__ import annotations

import numpy as np

from napari_devolearn.lineage.decoding.reference import load_reference


def test_the_shipped_reference_has_the_known_stages() -> None:
    reference = load_reference()
    assert (np.diff(reference.age) > 0).all()
    four = np.rint(reference.counts_at([4.0])[0])
    assert four.tolist() == [2, 1, 0, 1, 0, 0, 0]  # ABa, ABp, EMS, P2
    total = reference.mean.sum(axis=1)
    assert total.min() < 2.5
    assert total.max() > 350
    assert (reference.spread >= 0).all()
    assert reference.counts_at([60.0, 90.0, 150.0])[:, 6].round(2).tolist() == [0, 2, 2]  # Z2 and Z3
