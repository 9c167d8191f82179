"""Parts of every dock: form, run block, settings and tabs."""
