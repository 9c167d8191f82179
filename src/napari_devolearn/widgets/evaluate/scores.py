"""Scores of a comparison as text, and buttons that use them."""

from __future__ import annotations

from html import escape

from magicgui.widgets import ComboBox, Container, PushButton, Widget

from napari_devolearn.evaluation.overlap import Scores
from napari_devolearn.evaluation.report import MEANINGS

_ROWS = (
    ("seg", "det", "tra", "lnk", "op_csb"),
    ("iou", "dice", "f1", "division_f1", "op_ctb"),
    ("precision", "recall", "split", "merged"),
    ("ground_truth", "predicted", "false_negatives", "false_positives"),
)
_TITLES = {"f1": "F1", "iou": "IoU", "dice": "Dice", "division_f1": "divisions F1"}
_CURVES = ("seg", "det", "f1", "iou", "dice")
_UPPER = ("seg", "det", "tra", "lnk", "op_csb", "op_ctb")


def scores_html(total: Scores) -> str:
    """The main scores as an HTML table; an undefined score is a dash."""
    rows = []
    for names in _ROWS:
        titles = "".join(
            f'<td style="padding-right:10px"><small>{title(name)}</small></td>' for name in names
        )
        values = "".join(f'<td style="padding-right:10px"><b>{_text(total[name])}</b></td>' for name in names)
        rows.append(f"<tr>{titles}</tr><tr>{values}</tr>")
    return f"<table>{''.join(rows)}</table>"


def meanings_html() -> str:
    """Meaning of each score."""
    names = [name for row in _ROWS for name in row]
    return "<br>".join(f"<b>{title(name)}</b>: {escape(MEANINGS[name])}" for name in names)


def title(name: str) -> str:
    """Title of a score."""
    return _TITLES.get(name, name.upper() if name in _UPPER else name.replace("_", " "))


def _text(score: float | None) -> str:
    if score is None:
        return "–"  # noqa: RUF001  a dash, not a minus
    return str(score) if isinstance(score, int) else f"{score:.3f}"


class ResultBar(Container[Widget]):
    """A choice of score and three buttons, disabled until there is a comparison."""

    def __init__(self) -> None:
        self.score = ComboBox(
            label="Score",
            choices=[(title(name), name) for name in _CURVES],
            tooltip="The score whose curve is thicker; the worst frame has the lowest value.",
        )
        self.worst_frame = PushButton(text="Worst frame", tooltip="Go to the frame with the lowest score.")
        self.worst_object = PushButton(text="Worst object", tooltip="Go to the object with the lowest IoU.")
        self.save = PushButton(
            text="Save scores…", tooltip="All scores as JSON, or one row per frame as CSV."
        )
        self._parts = (self.score, self.worst_frame, self.worst_object, self.save)
        super().__init__(widgets=list(self._parts), layout="horizontal", labels=False)
        self.margins = (0, 0, 0, 0)
        self.allow(False)

    def allow(self, yes: bool) -> None:
        """Enable or disable all controls."""
        for part in self._parts:
            part.enabled = yes
