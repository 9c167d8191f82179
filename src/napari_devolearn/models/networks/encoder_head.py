"""An encoder with global average pooling and a linear layer."""

from __future__ import annotations

from torch import Tensor, nn


class EncoderHead(nn.Module):
    """Encoder, global average pooling, linear layer: with a ResNet encoder, the ResNet of He et al. 2016.

    Parameters
    ----------
    encoder : torch.nn.Module
        Of segmentation-models-pytorch: returns a list of features, the deepest last.
    outputs : int
    """

    def __init__(self, encoder: nn.Module, outputs: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(encoder.out_channels[-1], outputs)  # type: ignore[index, arg-type]

    def forward(self, image: Tensor) -> Tensor:
        """Numbers, (N, outputs), of an image."""
        features: Tensor = self.encoder(image)[-1]
        numbers: Tensor = self.head(features.mean((2, 3)))
        return numbers
