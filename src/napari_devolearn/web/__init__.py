"""The browser view, for users without napari: ``napari-devolearn serve``."""
