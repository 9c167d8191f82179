"""Cell names: initial names by position, then names of their descendants."""
