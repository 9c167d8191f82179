"""Segment, track and count cells in images of C. elegans embryos.

Names are imported when they are first used: importing this package loads neither torch nor Qt.
"""

from __future__ import annotations

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
