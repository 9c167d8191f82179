"""The docks. This is the only package that imports napari and Qt."""
