"""The browser view, for people who do not install napari: ``napari-devolearn serve``."""
