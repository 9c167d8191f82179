from .io.stack import Stack as Stack

__version__: str
