"""Folders, masks and track tables of the Cell Tracking Challenge (CTC)."""
