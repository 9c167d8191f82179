"""LineageModel: counts the founder lineages in maximum projections of an embryo's nuclei."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from napari_devolearn._types import Floats, Floats32, Mask
from napari_devolearn.exceptions import warn_caller
from napari_devolearn.inference.backends.backend import check_output
from napari_devolearn.inference.counting.clean_view import clean_view
from napari_devolearn.inference.counting.embryo_view import VIEW, clear_outside, embryo_view, find_embryo
from napari_devolearn.inference.counting.lineage_table import FrameCounts
from napari_devolearn.inference.counting.projections import Projections, as_projections
from napari_devolearn.inference.inputs.normalise import normalise
from napari_devolearn.inference.inputs.padding import find_content
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.lineage.decoding.scaling import unscale_counts
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.postprocess.embryo import EMBRYO_PROBABILITY, UNSURE, label_embryos

if TYPE_CHECKING:
    from torch import nn

_MAX_SPREAD = 0.3
"""Highest standard deviation of log(1 + total) over the mirrored views of a trusted frame. On held-out
simulated images, 1 in 100 frames is above it."""

_MIN_CONTRAST = 3.0
"""Lowest contrast of a frame with an embryo: half of the lowest contrast in training."""

_PADDED = (
    "some frames have borders or strips of one value; they are treated as padding and ignored; crop the "
    "movie to remove them"
)

_HALF = 127  # of 255
_RIM = 2.0  # um around the outline that are kept in the view


class LineageModel:
    """A network that counts the founder lineages, on a device.

    `network`: (N, 1, Y, X) to scaled counts (N, 7).
    `device`: a device of this machine.
    `embryo`: ``load_model("embryo")``: bright pixels outside the embryo that it finds are ignored.
    """

    def __init__(
        self, spec: ModelSpec, network: nn.Module, device: str, embryo: Predictor | None = None
    ) -> None:
        import torch

        self.spec = spec
        self.device = device
        self._embryo = embryo
        self._network = network.eval().to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def iter_counts(self, image: Any) -> Generator[FrameCounts, None, None]:
        """Count frame by frame; each frame is read when it is counted.

        `image`: as for `as_projections`; raises its errors.
        """
        projections = as_projections(image)
        for frame in range(len(projections)):
            yield self.count_frame(projections, frame)

    def count_frame(self, projections: Projections, frame: int) -> FrameCounts:
        """Count the cells of one frame."""
        nothing = FrameCounts(frame, np.zeros(len(self.spec.outputs)), trusted=False)
        if frame in projections.missing:
            return nothing
        plane = projections.read(frame)
        content = find_content(plane)
        if content is None:  # all pixels are the same
            return nothing
        if content.share:
            warn_caller(_PADDED)
        plane = content.cut(plane).astype(np.float32, copy=False)
        inside = self._embryo_mask(plane)
        place = find_embryo(plane, inside)
        if place is None or place.contrast < _MIN_CONTRAST:
            return nothing
        plane = plane if inside is None else clear_outside(plane, inside)
        view = clean_view(embryo_view(plane, place), place.step)
        scaled = self._forward(normalise(view, self.spec.percentiles))
        doubt = float(np.log1p(unscale_counts(scaled).sum(axis=1)).std())
        return FrameCounts(frame, unscale_counts(scaled.mean(axis=0)), trusted=doubt < _MAX_SPREAD)

    def _embryo_mask(self, plane: Floats32) -> Mask | None:
        """Mask of the embryo; None without an embryo model, or if the outline is missing or uncertain."""
        if self._embryo is None:
            return None
        edge = self._embryo.spec.default_pixel_size((plane.shape[0], plane.shape[1]))
        probability = self._embryo.predict_planes([plane], (edge, edge))[0][0]
        inside = label_embryos(probability, EMBRYO_PROBABILITY, (edge,) * 3) == 1
        sure = probability[inside & (probability > _HALF)]
        if not len(sure) or sure.mean() < UNSURE * 255:
            return None
        return np.asarray(scipy.ndimage.distance_transform_edt(~inside, sampling=edge) <= _RIM)

    def _forward(self, view: Floats32) -> Floats:
        """Scaled counts of the view and its three mirror images, (4, 7)."""
        import torch

        mirrored = [view, view[::-1], view[:, ::-1], view[::-1, ::-1]]
        batch = torch.from_numpy(np.ascontiguousarray(mirrored)).reshape(4, 1, *VIEW)
        with torch.inference_mode():
            scaled = self._network(batch.to(self.device, memory_format=torch.channels_last)).float()
        check_output(scaled, self.spec.name)
        return np.asarray(scaled.cpu().numpy(), np.float64)
