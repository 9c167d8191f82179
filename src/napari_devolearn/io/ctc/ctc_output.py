"""Write a Cell Tracking Challenge result frame by frame."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from napari_devolearn.io.ctc.ctc_result import TABLE, is_result, mask_names, rename_labels
from napari_devolearn.io.ctc.split_labels import split_gaps, warn_of_gaps
from napari_devolearn.io.ctc.tracktable import write_tracks
from napari_devolearn.io.tiff.tiff_output import TiffOutput
from napari_devolearn.io.writing.atomic import atomic_folder
from napari_devolearn.io.writing.output import LabelsOf, check_free
from napari_devolearn.lineage.tracks import Presence, note_labels


@dataclass(frozen=True, kw_only=True)
class CtcOutput(TiffOutput):
    """One file per mask, ``mask000.tif`` .., and ``res_track.txt``.

    Labels that leave and return are split, as by `write_ctc`.
    """

    def finish(self, labels: LabelsOf) -> None:
        """Name the masks, split labels that leave and return, and write the table."""
        layout, numbers = self.layout, self.layout.frames
        there = [number for number in numbers if number not in self.layout.missing]
        presence: Presence = {}
        for index in sorted(labels):
            note_labels(presence, numbers[index], np.asarray(labels[index], np.int64))
        tracks, renames = split_gaps(presence, there, self.target)
        names = mask_names(there)
        if not self.overwrite:
            check_free(self.target)
        with atomic_folder(self.target, ours=is_result, overwrite=True) as stage:
            for index, number in enumerate(numbers):
                if number not in names:  # without an image, since an empty mask would mean "no objects"
                    continue
                mask, target = self.path(index), stage / names[number]
                if number in renames:
                    rename_labels(mask, target, renames[number], layout.voxel_size, layout.frame_interval)
                else:
                    _link(mask, target)
            write_tracks(stage / TABLE, tracks)
        warn_of_gaps(self.target, renames)


def _link(source: Path, target: Path) -> None:
    """Hard-link a file, or copy it, so that nothing is lost if a later step fails."""
    with suppress(OSError):
        os.link(source, target)
        return
    shutil.copyfile(source, target)
