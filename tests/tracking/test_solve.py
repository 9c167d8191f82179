from __future__ import annotations

from helpers.drawn.movies import dividing
from napari_devolearn.tracking.link import iter_objects
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
