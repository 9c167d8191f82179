"""Where a model came from, so that another process can load it, too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.inference.backends.backend import Backend

if TYPE_CHECKING:
    from napari_devolearn.inference.model import Model


@dataclass(frozen=True)
class ModelSource:
    """The arguments of ``load_model``.

    Parameters
    ----------
    name : str
        Of a bundled model, or an absolute path.
    device : str
        As asked for: ``"auto"`` means another device on another machine.
    backend : str
        Likewise.
    """

    name: str
    device: str
    backend: Backend = "auto"

    @classmethod
    def of(cls, name: str | Path, device: str, backend: Backend = "auto") -> ModelSource:
        """The source of what ``load_model`` was asked for here."""
        path = Path(name)
        return cls(str(path.resolve()) if path.suffix else str(name), device, backend)

    def load(self) -> Model:
        """Load the model in this process."""
        from napari_devolearn.inference.model import load_model

        return load_model(self.name, self.device, backend=self.backend)
