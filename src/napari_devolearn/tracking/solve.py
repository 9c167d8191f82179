"""From objects and their links to tracks: merged labels, tracklets, events, and what they make together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from napari_devolearn.tracking.choose import choose_events
from napari_devolearn.tracking.events import find_events
from napari_devolearn.tracking.frame_links import link_frames
from napari_devolearn.tracking.linking import Linking, make_linking
from napari_devolearn.tracking.merged import cut_merged
from napari_devolearn.tracking.objects import Objects, usual_diameters
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
    diameters = usual_diameters(objects)
    frames = cut_merged(objects, diameters, params.reach) if params.fill_gaps else list(objects)
    links = [
        link_frames(*both, params.reach, wide)
        for both, wide in zip(pairwise(frames), diameters[1:], strict=True)
    ]
    tracklets = chain(frames, links)
    events = find_events(tracklets, diameters, params)
    chosen, kept = choose_events(tracklets, events, len(frames), params)
    return make_linking(frames, tracklets, chosen, kept, params)
