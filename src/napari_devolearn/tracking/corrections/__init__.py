"""Tracks that a person corrects: edits with undo, and linking anew around them."""
