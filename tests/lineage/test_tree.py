from __future__ import annotations

from matplotlib.figure import Figure

from napari_devolearn.lineage.naming.track_names import Name
from napari_devolearn.lineage.tracks import Track, Tracks
from napari_devolearn.lineage.tree import draw_tree, lay_out

TRACKS = Tracks(
    (Track(1, 0, 3, 0), Track(2, 4, 9, 1), Track(3, 4, 6, 1), Track(4, 7, 9, 3), Track(5, 7, 9, 3))
)
NAMES = {1: Name("EMS"), 2: Name("MS", 0.6), 3: Name("E"), 4: Name("Ep"), 5: Name("Ea")}


def test_mothers_are_above_daughters_sorted_by_name() -> None:
    place = lay_out(TRACKS, NAMES).place
    assert [label for label in sorted(place, key=place.__getitem__) if label in (2, 4, 5)] == [5, 4, 2]
    assert place[3] == (place[4] + place[5]) / 2
    assert place[1] == (place[2] + place[3]) / 2


def test_the_nearest_track_exists_in_that_frame() -> None:
    tree = lay_out(TRACKS, NAMES)
    assert tree.nearest(tree.place[5], 2) == 1
    assert tree.nearest(tree.place[5], 8) == 5
    assert tree.nearest(0, 99) is None


def test_lines_have_the_colour_of_the_founder_and_uncertain_ones_are_dotted() -> None:
    axes = Figure().add_subplot()
    draw_tree(axes, lay_out(TRACKS, NAMES), NAMES)
    (lines,) = axes.collections
    assert len(lines.get_segments()) == 2 * len(TRACKS.rows)
    assert tuple(lines.get_colors()[2]) != tuple(lines.get_colors()[4])  # MS and E
    assert {text.get_text() for text in axes.texts} == {"EMS", "MS", "E", "Ep", "Ea"}
