"""Draw the lineage tree: one line per cell from birth to division, coloured by founder lineage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from napari_devolearn.lineage.founders import founder
from napari_devolearn.lineage.naming.track_names import Name
from napari_devolearn.lineage.plot.palette import PALETTES, Theme
from napari_devolearn.lineage.tracks import Tracks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAMED_UP_TO = 40
"""Maximum number of tracks with all names shown; with more, only the first track of each founder lineage is
named."""


@dataclass(frozen=True)
class Tree:
    """Layout of the tracks in a drawing.

    `place`: horizontal position of each track; leaves are 1 apart, a mother is above the middle of her
    daughters.
    """

    place: Mapping[int, float]
    tracks: Tracks

    def nearest(self, across: float, frame: float) -> int | None:
        """The nearest track at a horizontal position and frame, among those that exist then."""
        alive = [row.label for row in self.tracks.rows if row.begin - 0.5 <= frame <= row.end + 0.5]
        return min(alive, key=lambda label: abs(self.place[label] - across), default=None)


def lay_out(tracks: Tracks, names: Mapping[int, Name] | None = None) -> Tree:
    """Arrange tracks so that no lines cross; daughters are ordered by name, as in Sulston's chart."""
    called = {label: name.name for label, name in (names or {}).items()}
    place: dict[int, float] = {}
    leaves = 0
    roots = sorted(
        (row.label for row in tracks.rows if not row.parent), key=lambda k: (called.get(k, "~"), k)
    )
    for root in roots:
        pending = [(root, False)]
        while pending:
            label, ready = pending.pop()
            children = sorted(tracks.children(label), key=lambda k: (called.get(k, "~"), k))
            if not children:
                place[label], leaves = float(leaves), leaves + 1
            elif ready:
                place[label] = sum(place[child] for child in children) / len(children)
            else:
                pending += [(label, True), *((child, False) for child in reversed(children))]
    return Tree(place, tracks)


def draw_tree(
    axes: Axes, tree: Tree, names: Mapping[int, Name] | None = None, theme: Theme = "light", chosen: int = 0
) -> None:
    """Draw a tree, with time downwards; the axes are cleared first.

    `names`: for colours and labels; a name with confidence below 0.9 is drawn dotted.
    `chosen`: track to draw thicker.
    """
    from matplotlib.collections import LineCollection

    names, palette = names or {}, PALETTES[theme]
    axes.clear()
    axes.set_facecolor(palette.ground)
    lines, colours, widths, styles = [], [], [], []
    ends = {row.label: row.end for row in tree.tracks.rows}
    for row in tree.tracks.rows:
        name = names.get(row.label, Name("", 1.0))
        lineage = founder(name.name)
        colour = palette.series[lineage] if lineage else palette.text
        x, begin = tree.place[row.label], row.begin
        if row.parent:
            begin = ends[row.parent]
            lines.append([(tree.place[row.parent], begin), (x, begin)])
        else:
            lines.append([(x, begin), (x, begin)])
        lines.append([(x, begin), (x, row.end)])
        colours += [colour] * 2
        widths += [3.0 if row.label == chosen else 1.2] * 2
        styles += [":" if name.confidence < 0.9 else "-"] * 2
        mother = names.get(row.parent, Name("", 1.0))
        if name.name and (len(tree.tracks.rows) <= _NAMED_UP_TO or founder(mother.name) != lineage):
            axes.text(
                x, row.begin, name.name, rotation=90, fontsize=9, color=palette.text, va="top", ha="right"
            )
    axes.add_collection(LineCollection(lines, colors=colours, linewidths=widths, linestyles=styles))
    axes.autoscale()
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.set_ylabel("frame", color=palette.text)
    axes.tick_params(colors=palette.text)
