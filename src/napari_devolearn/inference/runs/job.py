"""SegmentJob: label and write the frames of a run, in any process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from napari_devolearn._types import Labels, Probability
from napari_devolearn.inference.inputs.movie import Movie
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.pipeline import label_outputs, name_outputs
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.ome_zarr.output import label_target
from napari_devolearn.io.outputs import frame_output
from napari_devolearn.io.tables.table import write_table
from napari_devolearn.io.writing.output import FrameOutput, Layout, check_free
from napari_devolearn.io.writing.unfinished import Fingerprint, Note, Unfinished
from napari_devolearn.postprocess.centroids import frame_centroids


@dataclass(frozen=True, kw_only=True)
class SegmentJob:
    """How frames are labelled and where they are written; small enough to be sent to other machines.

    `run`: records which frames are completed.
    `probability`: also write the probability.
    `centroids`: also write a table of the centre and size of each object.
    """

    run: Unfinished
    layout: Layout
    params: SegmentParams
    labels: FrameOutput
    probability: FrameOutput | None = None
    centroids: Path | None = None

    @classmethod
    def plan(
        cls,
        output: Path,
        stack: Stack,
        model: Predictor,
        params: SegmentParams,
        *,
        probability: Path | str | None,
        centroids: Path | str | None,
        overwrite: bool,
    ) -> SegmentJob:
        """A job that writes the labels of a stack, and what else has a path."""
        name, layout = label_name(model, params), Layout.of(stack)
        target = label_target(output, name)
        run = Unfinished(target)
        outputs = partial(frame_output, layout=layout, overwrite=overwrite or run.finishing)
        probabilities = None
        if probability is not None:
            folder = run.folder / "probability"
            probabilities = outputs(Path(probability), folder, name="probability", dtype=np.uint8)
        return cls(
            run=run,
            layout=layout,
            params=params,
            labels=outputs(target, run.folder / "labels", name=name),
            probability=probabilities,
            centroids=None if centroids is None else Path(centroids),
        )

    def begin(self, fingerprint: Fingerprint, *, restart: bool) -> bool:
        """Create the outputs, or resume an unfinished run with the same fingerprint; returns whether it does.

        `restart`: discard an unfinished run with another fingerprint.
        Raises OutputExistsError if a result exists and may not be replaced, UnfinishedRunError if there is an
        unfinished run with another fingerprint.
        """
        made = [output for output in (self.labels, self.probability) if output is not None]
        for output in made:
            if not output.overwrite:
                check_free(output.target)

        def prepare() -> None:
            for output in made:
                output.begin()

        return self.run.begin(fingerprint, prepare, restart=restart)

    def write_frame(self, index: int, outputs: Sequence[Probability], movie: Movie, model: Predictor) -> Note:
        """Label and write the outputs of the model for one frame, then mark it as completed.

        `index`: along T. Returns the notes on the frame.
        """
        named = name_outputs(index, outputs, movie, model)
        labels = label_outputs(named, self.params, movie, model)
        return self._write(index, labels, named[model.spec.outputs[0]])

    def write_empty_frame(self, index: int) -> None:
        """Write a frame without objects, for a frame (index along T) without an image."""
        shape = self.layout.shape[1:]
        self._write(index, np.zeros(shape, np.uint32), np.zeros(shape, np.uint8))

    def _write(self, index: int, labels: Labels, probability: Probability) -> Note:
        self.labels.write(index, labels)
        if self.probability is not None:
            self.probability.write(index, probability)
        present = np.flatnonzero(np.bincount(labels.ravel()))
        note: dict[str, Any] = {"labels": present[present > 0].tolist()}
        if self.centroids is not None:
            number, interval = self.layout.frames[index], self.layout.frame_interval
            table = frame_centroids(labels, number, self.layout.voxel_size, frame_interval=interval)
            note["centroids"] = table.to_dict("list")
        self.run.mark(index, note)
        return note

    def finish(self, *, free: bool) -> None:
        """Turn the frames into the results, and delete the folder of the run.

        `free`: replace an existing table of centroids.
        """
        notes = self.run.notes()
        if self.centroids is not None and not free:
            check_free(self.centroids)
        self.run.start_finishing()  # after an interruption, existing results are then this run's own
        if self.centroids is not None:
            import pandas as pd

            tables = (pd.DataFrame(note["centroids"]) for note in notes.values())
            write_table(self.centroids, tables, overwrite=True)
        if self.probability is not None:
            self.probability.finish({})
        self.labels.finish({index: note["labels"] for index, note in notes.items()})
        self.run.discard()


def label_name(model: Predictor, params: SegmentParams) -> str:
    """Name of the labels in an output."""
    return model.spec.task if params.output == "instances" else f"{model.spec.task}-{params.output}"
