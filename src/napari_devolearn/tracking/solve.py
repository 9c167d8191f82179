"""From objects and their links to tracks: merged labels, tracklets, events, and what they make together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from napari_devolearn.tracking.choose import choose_events
from napari_devolearn.tracking.events import find_events
from napari_devolearn.tracking.frame_links import Pairs, link_frames
from napari_devolearn.tracking.linking import Linking, make_linking
from napari_devolearn.tracking.merged import find_merged, remove
from napari_devolearn.tracking.objects import Floats, Objects
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.tracklets import chain


def iter_links(objects: Iterable[Objects], params: LinkParams) -> Iterator[tuple[Objects, Pairs]]:
    """Link each frame to the one before it.

    Parameters
    ----------
    objects : iterable of Objects
        Of one frame after the other.
    params : LinkParams

    Yields
    ------
    Objects, ndarray (K, 2)
        Those of a frame, and their links with the frame before; none for the first.
    """
    before: Objects | None = None
    for after in objects:
        pairs = np.zeros((0, 2), np.int64) if before is None else link_frames(before, after, params.reach)
        yield after, pairs
        before = after


def solve_links(linked: Sequence[tuple[Objects, Pairs]], params: LinkParams) -> Linking:
    """Find gaps, divisions and specks, and make tracks of the whole.

    Parameters
    ----------
    linked : sequence of (Objects, ndarray)
        Every frame, as `iter_links` gives them.
    params : LinkParams

    Returns
    -------
    Linking
    """
    frames = [objects for objects, _ in linked]
    links = [pairs for _, pairs in linked[1:]]
    merged = find_merged(chain(frames, links), frames, params.max_gap) if params.fill_gaps else []
    left, links = remove(frames, links, merged)
    tracklets = chain(left, links)
    hidden = [frames[t].centers[[node for at, node in merged if at == t]] for t in range(len(frames))]
    events = find_events(tracklets, typical_diameters(frames), hidden, params)
    chosen, kept = choose_events(tracklets, events, len(frames), params)
    return make_linking(frames, left, tracklets, chosen, kept, merged, params)


def typical_diameters(frames: Sequence[Objects]) -> Floats:
    """Median diameter of the objects of each frame; that of the nearest frame where there are none.

    Parameters
    ----------
    frames : sequence of Objects

    Returns
    -------
    ndarray, (T,), float64
        In um; 1 without any object.
    """
    wide = np.array([np.median(one.diameters) if len(one) else np.nan for one in frames])
    known = np.flatnonzero(np.isfinite(wide))
    if not len(known):
        return np.ones(len(frames))
    return np.asarray(np.interp(np.arange(len(frames)), known, wide[known]))
