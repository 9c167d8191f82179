"""Manual corrections of tracks, with undo, and linking that keeps them."""
