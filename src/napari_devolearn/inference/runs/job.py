"""SegmentJob: label and write the frames of a run, in any process."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_devolearn._types import Labels, Probability
from napari_devolearn.inference.inputs.movie import Movie
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.pipeline import label_frame
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.io.writing.output import FrameOutput, Layout, check_free
from napari_devolearn.io.writing.unfinished import Fingerprint, Note, Unfinished

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class SegmentJob:
    """How frames are labelled and where they are written; small enough to be sent to other machines.

    Parameters
    ----------
    run : Unfinished
        Records which frames are completed.
    layout : Layout
    params : SegmentParams
    labels : FrameOutput
    probability : FrameOutput, optional
        Also write the probability.
    measured : bool
        Also measure the centre and size of each object.
    """

    run: Unfinished
    layout: Layout
    params: SegmentParams
    labels: FrameOutput
    probability: FrameOutput | None = None
    measured: bool = False

    def begin(self, fingerprint: Fingerprint, *, restart: bool) -> bool:
        """Create the outputs, or resume an unfinished run with the same fingerprint.

        Parameters
        ----------
        fingerprint : mapping
        restart : bool
            Discard an unfinished run with another fingerprint.

        Returns
        -------
        bool
            Whether an interrupted run is resumed.

        Raises
        ------
        OutputExistsError
            If a result exists and may not be replaced.
        UnfinishedRunError
            If there is an unfinished run with another fingerprint.
        """
        for output in (self.labels, self.probability):
            if output is not None and not output.overwrite:
                check_free(output.target)
        return self.run.begin(fingerprint, self._make_outputs, restart=restart)

    def write_frame(self, index: int, outputs: Sequence[Probability], movie: Movie, model: Predictor) -> Note:
        """Label and write one frame, then mark it as completed.

        Parameters
        ----------
        index : int
            Along T.
        outputs : sequence of ndarray, (Z, Y, X), uint8
            Outputs of the model.
        movie : Movie
        model : Predictor

        Returns
        -------
        mapping
            The notes on the frame.
        """
        labels = label_frame(index, outputs, self.params, movie, model)
        self.labels.write(index, labels)
        if self.probability is not None:
            self.probability.write(index, outputs[0])
        present = np.flatnonzero(np.bincount(labels.ravel()))
        note: dict[str, Any] = {"labels": present[present > 0].tolist()}
        if self.measured:
            note["centroids"] = self._measure(index, labels)
        self.run.mark(index, note)
        return note

    def write_empty_frame(self, index: int) -> None:
        """Write a frame without objects, for a frame (index along T) without an image."""
        shape = self.layout.shape[1:]
        self.labels.write(index, np.zeros(shape, np.uint32))
        if self.probability is not None:
            self.probability.write(index, np.zeros(shape, np.uint8))
        none = {"centroids": self._measure(index, np.zeros(shape, np.uint32))} if self.measured else {}
        self.run.mark(index, {"labels": [], **none})

    def finish(self) -> None:
        """Turn the frames into the results, and delete the folder of the run."""
        labels = {index: note["labels"] for index, note in self.run.notes().items()}
        self.run.start_finishing()
        if self.probability is not None:
            self.probability.finish({})
        self.labels.finish(labels)
        self.run.discard()

    def tables(self) -> Generator[pd.DataFrame, None, None]:
        """Tables of the centre and size of each object, one per frame."""
        import pandas as pd

        for _, note in sorted(self.run.notes().items()):
            yield pd.DataFrame(note["centroids"])

    def _make_outputs(self) -> None:
        for output in (self.labels, self.probability):
            if output is not None:
                output.begin()

    def _measure(self, index: int, labels: Labels) -> dict[str, Any]:
        from napari_devolearn.postprocess.centroids import frame_centroids

        layout = self.layout
        table = frame_centroids(
            labels, layout.frames[index], layout.voxel_size, frame_interval=layout.frame_interval
        )
        measured: dict[str, Any] = table.to_dict("list")
        return measured
