"""The only room that knows napari and Qt: the docks."""
