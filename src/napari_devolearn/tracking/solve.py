"""Link objects: split merged labels, make tracklets, choose events, build tracks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from napari_devolearn._types import Floats
from napari_devolearn.tracking.choose import choose_events
from napari_devolearn.tracking.events import iter_events
from napari_devolearn.tracking.frame_links import Pairs, link_frames
from napari_devolearn.tracking.linking import Linking, make_linking
from napari_devolearn.tracking.merged import iter_cut_merged
from napari_devolearn.tracking.objects import Objects, usual_diameters
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.steps import Steps, finish, part
from napari_devolearn.tracking.tracklets import chain

_CUT, _LINKED, _FOUND = 0.45, 0.65, 0.9
"""Completed fraction of the work after each phase, as measured on 190 frames of 190 nuclei."""


def link_objects(objects: Sequence[Objects], params: LinkParams) -> Linking:
    """Link the objects of consecutive frames: split merged labels, find gaps and divisions, make tracks."""
    return finish(iter_link(objects, params))


def iter_link(objects: Sequence[Objects], params: LinkParams) -> Steps[Linking]:
    """Link as `link_objects` does; yields the completed fraction of the work.

    It yields after each frame, each beginning of a tracklet, and the integer program, the longest step.
    """
    diameters = usual_diameters(objects)
    frames = list(objects)
    if params.fill_gaps:
        frames = yield from part(iter_cut_merged(objects, diameters, params.max_distance), 0, _CUT)
    links = yield from part(_iter_links(frames, diameters, params.max_distance), _CUT, _LINKED)
    tracklets = chain(frames, links, diameters)
    events = yield from part(iter_events(tracklets, diameters, params), _LINKED, _FOUND)
    chosen, kept = choose_events(tracklets, events, len(frames), params)
    yield 1.0
    return make_linking(frames, tracklets, chosen, kept, params)


def _iter_links(frames: Sequence[Objects], diameters: Floats, max_distance: float) -> Steps[list[Pairs]]:
    """Links of each frame to the next."""
    links = []
    for t, both in enumerate(pairwise(frames), start=1):
        links.append(link_frames(*both, max_distance, diameters[t]))
        yield t / (len(frames) - 1)
    return links
