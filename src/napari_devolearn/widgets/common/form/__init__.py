"""The frame of every dock: its form, run block, settings and tabs."""
