"""The view in the browser, for people who will not install napari: ``napari-devolearn serve``."""
