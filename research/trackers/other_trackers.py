"""Link the same labels with other trackers: from centres in diameters to a graph of objects."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any

import numpy as np

from napari_devolearn._types import Floats
from napari_devolearn.exceptions import TrainingError
from napari_devolearn.tracking.events import Event
from napari_devolearn.tracking.linking import Linking, make_linking
from napari_devolearn.tracking.objects import Objects, usual_diameters
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.tracklets import chain

Node = tuple[int, int]
"""Index of a frame, and of an object in it."""

Edges = Iterable[tuple[Node, Node]]
"""Each from an object to the object that it becomes."""

REACH, GAP_REACH, BIRTH_REACH = 1.1, 1.5, 1.5
"""Maximum movement of an object between frames and over a gap, and of a daughter from her mother, in
diameters, for all trackers with such parameters."""

_BTRACK_WIDE = 20.0
"""Diameter of the cells for which btrack's default values (``cell_config.json``) are made."""

_BTRACK_MOTION = {
    "name": "cell_motion",
    "measurements": 3,
    "states": 6,
    "accuracy": 7.5,
    "prob_not_assign": 0.001,
    "max_lost": 5,
    "A": np.eye(6) + np.eye(6, k=3),
    "H": np.eye(3, 6),
    "P": 150.0 * np.diag([0.1, 0.1, 0.1, 1, 1, 1]),
    "G": 15.0 * np.array([[0.5, 0.5, 0.5, 1, 1, 1]]),
    "R": 5.0 * np.eye(3),
}

_BTRACK_HYPOTHESES = {
    "name": "cell_hypothesis",
    "hypotheses": ["P_FP", "P_init", "P_term", "P_link", "P_branch", "P_dead"],
    "lambda_time": 5.0,
    "lambda_dist": 3.0,
    "lambda_link": 10.0,
    "lambda_branch": 50.0,
    "eta": 1e-10,
    "theta_dist": 20.0,
    "theta_time": 5.0,
    "dist_thresh": 40.0,
    "time_thresh": 2.0,
    "apop_thresh": 5,
    "segmentation_miss_rate": 0.1,
    "apoptosis_rate": 0.001,
    "relax": True,
}


def by_laptrack(places: Sequence[Floats]) -> Edges:
    """Link with laptrack's own gaps and divisions."""
    from laptrack import LapTrack

    tracker = LapTrack(
        cutoff=REACH**2,
        gap_closing_cutoff=GAP_REACH**2,
        gap_closing_max_frame_count=LinkParams().max_gap,
        splitting_cutoff=BIRTH_REACH**2,
        merging_cutoff=False,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas and NetworkX, about laptrack's own use of them
        tree = tracker.predict(places)
    for edge in tree.edges():
        one, other = sorted((int(t), int(i)) for t, i in edge)
        yield one, other


def by_btrack(places: Sequence[Floats]) -> Edges:
    """Link with btrack, with its values for cells."""
    btrack = import_tracker("btrack")
    btypes, config, models = (import_tracker(f"btrack.{name}") for name in ("btypes", "config", "models"))

    nodes = [(t, i) for t, frame in enumerate(places) for i in range(len(frame))]
    spots = []
    for number, (t, i) in enumerate(nodes):
        z, y, x = (places[t][i] * _BTRACK_WIDE).tolist()
        spots.append(btypes.PyTrackObject.from_dict({"ID": number, "t": t, "z": z, "y": y, "x": x}))
    whole = np.concatenate(list(places)) * _BTRACK_WIDE
    limits = [(low - 1, high + 1) for low, high in zip(whole.min(axis=0), whole.max(axis=0), strict=True)]
    with btrack.BayesianTracker() as tracker:
        tracker.configure(
            config.TrackerConfig(
                motion_model=models.MotionModel(**_BTRACK_MOTION),
                hypothesis_model=models.HypothesisModel(**_BTRACK_HYPOTHESES),
                max_search_radius=BIRTH_REACH * _BTRACK_WIDE,
            )
        )
        tracker.append(spots)
        tracker.volume = tuple(limits[::-1])
        tracker.track()
        tracker.optimise()
        runs = {
            one.ID: [nodes[k] for k in refs if k >= 0]
            for one, refs in zip(tracker.tracks, tracker.refs, strict=True)
        }
        parents = {one.ID: one.parent for one in tracker.tracks if one.parent != one.ID}
    for label, run in runs.items():
        yield from pairwise(run)
        if label in parents:
            yield runs[parents[label]][-1], run[0]


def by_motile(places: Sequence[Floats]) -> Edges:
    """Link with motile: costs of distances, also between a mother and her daughters' midpoint."""
    from scipy.spatial import cKDTree

    motile = import_tracker("motile")
    constraints, costs = (import_tracker(f"motile.{name}") for name in ("constraints", "costs"))
    graph = motile.TrackGraph(frame_attribute="t")
    node_of: dict[int, Node] = {}
    for t, frame in enumerate(places):
        for i, place in enumerate(frame):
            node_of[len(node_of)] = t, i
            graph.add_node(len(node_of) - 1, {"t": t, "at": place})
    number = {node: k for k, node in node_of.items()}
    for t, (before, after) in enumerate(pairwise(places)):
        for i, near in enumerate(cKDTree(after).query_ball_point(before, BIRTH_REACH)):
            for j in near:
                graph.add_edge((number[t, i], number[t + 1, j]), {})
    solver = motile.Solver(graph)
    solver.add_constraint(constraints.MaxParents(1))
    solver.add_constraint(constraints.MaxChildren(2))
    solver.add_cost(costs.NodeSelectedCost(constant=-5.0))
    solver.add_cost(costs.NodeAppearCost(constant=10.0))
    solver.add_cost(costs.NodeDisappearCost(constant=8.0))
    solver.add_cost(costs.EdgeDistanceCost("at", weight=5.0))
    solver.add_cost(costs.SymmetricSplitCost("at", weight=10.0, constant=5.0))
    solver.solve(timeout=240)
    yield from ((node_of[a], node_of[b]) for a, b in solver.get_selected_subgraph().edges)


TRACKERS: Mapping[str, Callable[[Sequence[Floats]], Edges]] = {
    "laptrack": by_laptrack,
    "btrack": by_btrack,
    "motile": by_motile,
}
"""Trackers by name: functions that link centres (N, 3), in diameters, of each frame."""


def linking_of(objects: Sequence[Objects], edges: Edges, params: LinkParams) -> Linking:
    """Make tracks from a graph, and fill its gaps like our own.

    `edges`: pairs of (frame, object); each object has at most one predecessor, and two or more successors are
    a division.
    """
    children: defaultdict[Node, list[Node]] = defaultdict(list)
    for before, after in sorted(edges):
        children[before].append(after)
    next_of = {a: b[0] for a, b in children.items() if len(b) == 1 and b[0][0] == a[0] + 1}
    links: list[list[Node]] = [[] for _ in objects[1:]]
    for (t, i), (_, j) in next_of.items():
        links[t].append((i, j))
    pairs = [np.array(one, np.int64).reshape(-1, 2) for one in links]
    tracklets = chain(objects, pairs, usual_diameters(objects))
    first = {(one.begin, one.nodes[0]): k for k, one in enumerate(tracklets)}
    last = {(one.end, one.nodes[-1]): k for k, one in enumerate(tracklets)}
    events = [
        Event(0.0, last[before], before[0], tuple(first[one] for one in after))
        for before, after in children.items()
        if before not in next_of
    ]
    return make_linking(objects, tracklets, events, [True] * len(tracklets), params)


def import_tracker(package: str) -> Any:
    """Import a tracker; raises TrainingError with the install command if it is missing."""
    try:
        return import_module(package)
    except ImportError as error:
        name = package.partition(".")[0]
        raise TrainingError(f"{name} is not installed ({error}); pip install {name}") from error
