from .evaluation.evaluate import evaluate as evaluate
from .inference.load import load_model as load_model
from .inference.outline import outline as outline
from .inference.params import SegmentParams as SegmentParams
from .inference.populations import populations as populations
from .inference.segment import iter_segment as iter_segment
from .inference.segment import segment as segment
from .io.core.stack import Stack as Stack
from .io.ctc.ctc_result import write_ctc as write_ctc
from .io.ctc.ctc_validator import validate_ctc as validate_ctc
from .io.ctc.masks import read_labels as read_labels
from .io.ctc.sequence import read_ctc as read_ctc
from .io.ctc.tracktable import read_tracks as read_tracks
from .io.image import read_image as read_image
from .io.tables.geff_output import write_geff as write_geff
from .io.tiff.ome_tiff import write_ome_tiff as write_ome_tiff
from .lineage.tracks import Tracks as Tracks
from .models.registry import list_models as list_models
from .postprocess.centroids import centroids as centroids
from .postprocess.centroids import iter_centroids as iter_centroids
from .simulate.embryo import simulate_embryo as simulate_embryo
from .simulate.params import SimulateParams as SimulateParams
from .tracking.link import link as link
from .tracking.params import LinkParams as LinkParams
from .training.learn import iter_train as iter_train
from .training.learn import train as train

__version__: str
