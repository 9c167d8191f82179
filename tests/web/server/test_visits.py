from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from napari_devolearn.exceptions import ServerError
from napari_devolearn.io.writing.lock import LOCK
from napari_devolearn.web.server.limits import Limits
from napari_devolearn.web.server.visit import Visit
from napari_devolearn.web.server.visits import Visits


@pytest.fixture
def visits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visits]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = Visits(Limits(visits=2))
    yield made
    made.close_all()


def begin(visits: Visits) -> Visit:
    """As a page that is loaded and connects."""
    visit = visits.expect()
    visits.open(visit)
    return visit


def test_the_end_of_a_visit_deletes_its_files_and_calls_back_once(visits) -> None:
    visit, called = begin(visits), []
    visit.page = SimpleNamespace(leave=lambda: called.append("stopped"))
    (visit.folder / "upload.tif").write_bytes(b"pixels")
    visits.close(visit)
    visits.close(visit)
    assert called == ["stopped"]
    assert not visit.folder.exists()
    assert visits.find(visit.token) is None


def test_visits_above_the_limit_are_refused_until_one_ends(visits) -> None:
    first, _ = begin(visits), begin(visits)
    with pytest.raises(ServerError, match="all 2 pages of this server are in use"):
        begin(visits)
    visits.close(first)
    assert begin(visits).folder.is_dir()


def test_only_idle_visits_end_automatically(visits) -> None:
    asleep, awake = begin(visits), begin(visits)
    asleep.last_action -= visits.limits.idle_seconds + 1
    visits.close_idle()
    assert asleep.closed
    assert visits.find(awake.token) is awake


def test_the_end_of_the_server_leaves_no_files(visits) -> None:
    (begin(visits).folder / "upload.tif").write_bytes(b"pixels")
    visits.close_all()
    assert not visits.root.exists()


def test_files_of_a_killed_server_are_deleted_by_the_next_one(visits, tmp_path) -> None:
    killed = tmp_path / "napari-devolearn-web-killed"
    killed.mkdir()
    (killed / LOCK).touch()
    other = Visits(Limits())
    assert not killed.exists()
    assert visits.root.exists()
    other.close_all()


def test_a_requested_page_uses_no_visit_and_no_disk(visits) -> None:
    waiting = [visits.expect() for _ in range(5)]
    assert len(visits) == 0
    assert not any(visit.folder.exists() for visit in waiting)
    assert visits.find(waiting[0].token) is None
    for visit in (*waiting[:2], waiting[0]):
        visits.open(visit)
    assert len(visits) == 2
    with pytest.raises(ServerError, match="all 2 pages"):
        visits.open(waiting[2])
    visits.close(waiting[3])
    visits.close(waiting[0])
    visits.open(waiting[3])
    assert len(visits) == 1


def test_unconnected_pages_are_limited(visits) -> None:
    waiting = [visits.expect() for _ in range(8)]
    with pytest.raises(ServerError, match="too many pages requested at once"):
        visits.expect()
    visits.close(waiting[0])  # as when its unused session is dropped
    visits.open(waiting[1])
    assert [visits.expect() for _ in range(2)]
    with pytest.raises(ServerError, match="too many pages"):
        visits.expect()
