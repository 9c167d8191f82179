"""Open an embryo, see its nuclei, correct what is wrong and take the numbers home.

Names load when they are first used: importing this package loads no torch and no Qt.
"""

from __future__ import annotations

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
