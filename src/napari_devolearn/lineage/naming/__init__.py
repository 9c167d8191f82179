"""Names of cells: first names by place, then down the tree."""
