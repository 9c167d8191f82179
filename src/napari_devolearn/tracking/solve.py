"""From objects and their links to tracks: merged labels, tracklets, events, and what they make together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from napari_devolearn.tracking.choose import choose_events
from napari_devolearn.tracking.events import find_events
from napari_devolearn.tracking.frame_links import link_frames
from napari_devolearn.tracking.linking import Linking, make_linking
from napari_devolearn.tracking.merged import cut_merged
from napari_devolearn.tracking.objects import Floats, Objects
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.tracklets import chain


def link_objects(objects: Sequence[Objects], params: LinkParams) -> Linking:
    """Link the objects of a movie: cut labels in two, find gaps, divisions and specks, and make tracks.

    Parameters
    ----------
    objects : sequence of Objects
        Of one frame after the other.
    params : LinkParams

    Returns
    -------
    Linking
    """
    frames = cut_merged(objects, params.reach) if params.fill_gaps else list(objects)
    links = [link_frames(*both, params.reach) for both in pairwise(frames)]
    tracklets = chain(frames, links)
    events = find_events(tracklets, typical_diameters(frames), params)
    chosen, kept = choose_events(tracklets, events, len(frames), params)
    return make_linking(frames, tracklets, chosen, kept, params)


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
