from __future__ import annotations

import numpy as np

from helpers.drawn.movies import dividing
from napari_devolearn.tracking.link import iter_objects
from napari_devolearn.tracking.objects import Objects
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.solve import iter_link, link_objects
from napari_devolearn.tracking.steps import Steps, finish, part


def counting(steps: int) -> Steps[str]:
    """A generator of some steps and a result."""
    for done in range(1, steps + 1):
        yield done / steps
    return "made"


def test_partial_progress_is_scaled_and_the_result_returned() -> None:
    half = part(counting(4), 0.5, 1)
    assert [next(half) for _ in range(4)] == [0.625, 0.75, 0.875, 1]
    assert finish(half) == "made"
    assert finish(counting(0)) == "made"


def test_linking_reports_its_progress() -> None:
    objects = list(iter_objects(dividing(), (1.0, 1.0, 1.0)))
    for params in (LinkParams(), LinkParams(fill_gaps=False)):
        shares = list(iter_link(objects, params))
        assert shares == sorted(shares)
        assert 0 < shares[0] < 0.5
        assert shares[-1] == 1
        assert len(shares) > len(objects)
        assert finish(iter_link(objects, params)).tracks == link_objects(objects, params).tracks


def test_linking_without_objects_ends() -> None:
    assert list(iter_link([], LinkParams())) == [1]


def nuclei(*places: tuple[float, float, float, float]) -> Objects:
    """Nuclei at (Z, Y, X) in um, with their volumes in um3, and ten others far away."""
    far = [(20.0 + 10.0 * (k % 2), 20.0 + 10.0 * (k % 3), 10.0 * k, 30.0) for k in range(1, 11)]
    rows = np.array([*places, *far])
    labels, radii = np.arange(1, len(rows) + 1), np.cbrt(rows[:, 3:] * 0.75 / np.pi)
    return Objects(labels=labels, centers=rows[:, :3], spreads=radii * np.ones(3), volumes=rows[:, 3])


def test_a_mother_that_is_in_mitosis_from_the_first_frame_divides() -> None:
    """The other nucleus, which does not divide, is nearly as near to the new daughter."""
    before = nuclei((2.5, 2.2, 4.8, 6.0), (0.0, 4.7, 0.0, 30.0))
    after = nuclei((2.7, 2.6, 2.9, 6.7), (2.4, 1.9, 6.2, 7.0), (0.0, 5.2, -0.6, 30.0))
    frames = [before] * 3 + [after] * 4
    linking = link_objects(frames, LinkParams())
    (mother,) = linking.tracks.divisions()
    assert linking.steps[0].tracks[1] == mother
